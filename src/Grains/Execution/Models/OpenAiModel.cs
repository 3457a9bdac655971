using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;

namespace OrleansAgents.Execution;

/// <summary>The official OpenAI client for OpenAI or any compatible server: one attempt is one request.</summary>
internal static class OpenAiModel
{
    public static IChatClient Create(ModelSettings settings) =>
        new OpenAiCalls(new ChatClient(settings.Model, Key(settings), Options(settings)).AsIChatClient());

    /// <param name="dimensions">Numbers of a vector; null for as many as the model gives.</param>
    public static IEmbeddingGenerator<string, Embedding<float>> CreateEmbeddings(ModelSettings settings, int? dimensions) =>
        new EmbeddingClient(settings.Model, Key(settings), Options(settings)).AsIEmbeddingGenerator(dimensions);

    private static OpenAIClientOptions Options(ModelSettings settings)
    {
        var options = new OpenAIClientOptions
        {
            // The library's own retries would hide requests from the journal; its timeout would cut a long, healthy stream.
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            Transport = SignsOfLife.Transport,
        };
        if (settings.Endpoint is not null)
        {
            options.Endpoint = settings.Endpoint;
        }

        return options;
    }

    /// <summary>Servers without keys ignore the header, but the client insists on one.</summary>
    private static ApiKeyCredential Key(ModelSettings settings) => new(settings.ApiKey ?? "none");
}
