using System.ClientModel;
using System.ClientModel.Primitives;
using Azure.AI.OpenAI;
using Azure.Identity;
using Microsoft.Extensions.AI;

namespace OrleansAgents.Execution;

/// <summary>The official Azure OpenAI client: one attempt is one request.</summary>
/// <remarks>With a key it sends the key; without, it asks Entra ID as whoever the process is (managed identity, workload identity, environment, developer's sign-in).</remarks>
internal static class AzureOpenAiModel
{
    public static IChatClient Create(ModelSettings settings) => new OpenAiCalls(Client(settings).GetChatClient(settings.Model).AsIChatClient());

    /// <param name="dimensions">Numbers of a vector; null for as many as the model gives.</param>
    public static IEmbeddingGenerator<string, Embedding<float>> CreateEmbeddings(ModelSettings settings, int? dimensions) =>
        Client(settings).GetEmbeddingClient(settings.Model).AsIEmbeddingGenerator(dimensions);

    private static AzureOpenAIClient Client(ModelSettings settings)
    {
        var options = new AzureOpenAIClientOptions
        {
            // As with OpenAI's own client: retries would hide requests from the journal, and a timeout would cut a long, healthy stream.
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            Transport = SignsOfLife.Transport,
        };
        return settings.ApiKey is { } key
            ? new AzureOpenAIClient(settings.Endpoint, new ApiKeyCredential(key), options)
            : new AzureOpenAIClient(settings.Endpoint, new DefaultAzureCredential(), options);
    }
}
