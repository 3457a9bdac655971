using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace OrleansAgents.Execution;

/// <summary>The official OpenAI client for OpenAI or any compatible server: one attempt is one request.</summary>
internal static class OpenAiModel
{
    public static IChatClient Create(ModelSettings settings)
    {
        var options = new OpenAIClientOptions
        {
            // The library's own retries would hide requests from the journal; its timeout would cut a long, healthy stream.
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        };
        if (settings.Endpoint is not null)
        {
            options.Endpoint = settings.Endpoint;
        }

        // Servers without keys ignore the header, but the client insists on one.
        var key = new ApiKeyCredential(settings.ApiKey ?? "none");
        return new OpenAiCalls(new ChatClient(settings.Model, key, options).AsIChatClient());
    }
}
