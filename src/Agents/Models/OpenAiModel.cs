using System.ClientModel;
using System.ClientModel.Primitives;
using Azure.AI.OpenAI;
using Azure.Identity;
using Microsoft.Extensions.AI;
using OpenAI;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Agents.Models.Wire;

// An authentication policy and the endpoint that a client really has are marked as experimental.
#pragma warning disable OPENAI001

namespace OrleansAgents.Agents.Models;

/// <summary>The official clients for OpenAI, compatible servers and Azure OpenAI: one attempt is one request.</summary>
/// <remarks>On Azure with a key it sends the key; without, it asks Entra ID as whoever the process is (managed identity, workload identity, environment, developer's sign-in).</remarks>
internal static class OpenAiModel
{
    private const string AzureScope = "https://cognitiveservices.azure.com/.default";

    public static IModelWire Create(ModelSettings settings)
    {
        var client = Client(settings);
        return new ServerWire(client, client.Endpoint, settings);
    }

    /// <param name="dimensions">Numbers of a vector; null for as many as the model gives.</param>
    public static IEmbeddingGenerator<string, Embedding<float>> CreateEmbeddings(ModelSettings settings, int? dimensions) =>
        Client(settings).GetEmbeddingClient(settings.Model).AsIEmbeddingGenerator(dimensions);

    private static OpenAIClient Client(ModelSettings settings)
    {
        if (settings.Provider != ModelSettings.AzureOpenAi)
        {
            // Servers without keys ignore the header, but the client insists on one.
            return new(new ApiKeyCredential(settings.ApiKey ?? "none"), Prepared(new OpenAIClientOptions { Endpoint = settings.Endpoint }, settings));
        }

        if (AzureV1(settings) is { } v1)
        {
            AuthenticationPolicy authentication = settings.ApiKey is { } given
                ? ApiKeyAuthenticationPolicy.CreateHeaderApiKeyPolicy(new(given), "api-key")
                : new BearerTokenPolicy(new DefaultAzureCredential(), AzureScope);
            return new(authentication, Prepared(new OpenAIClientOptions { Endpoint = v1 }, settings));
        }

        var options = Prepared(new AzureOpenAIClientOptions(), settings);
        return settings.ApiKey is { } key
            ? new AzureOpenAIClient(settings.Endpoint, new ApiKeyCredential(key), options)
            : new AzureOpenAIClient(settings.Endpoint, new DefaultAzureCredential(), options);
    }

    /// <summary>Azure's newer style, whose addresses are OpenAI's own; null for the one with deployments in the address. It alone has responses.</summary>
    private static Uri? AzureV1(ModelSettings settings) =>
        WireSettings.IsV1(settings.Endpoint!) ? settings.Endpoint
        : settings.Wire.Api == ModelApi.Responses ? new($"{settings.Endpoint!.AbsoluteUri.TrimEnd('/')}/openai/v1")
        : null;

    private static T Prepared<T>(T options, ModelSettings settings)
        where T : ClientPipelineOptions
    {
        // The library's own retries would hide requests from the journal; its timeout would cut a long, healthy stream.
        options.RetryPolicy = new ClientRetryPolicy(0);
        options.NetworkTimeout = Timeout.InfiniteTimeSpan;
        options.Transport = SignsOfLife.Transport;
        if (settings.Wire.ApiVersion is { } version)
        {
            options.AddPolicy(new ApiVersionPolicy(version), PipelinePosition.PerCall);
        }

        return options;
    }
}
