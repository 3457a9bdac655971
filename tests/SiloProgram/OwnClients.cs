using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using Azure.AI.OpenAI;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OpenAI;
using OpenAI.Chat;

namespace OrleansAgents.SiloProgram;

/// <summary>Clients as a program registers them with <c>AddModel</c>, without retries and time limits of their own. The snippets of docs/models.md are these.</summary>
internal static class OwnClients
{
    public const string Anthropic = "anthropic";
    public const string Ollama = "ollama";
    public const string OpenAi = "openai";
    public const string AzureOpenAi = "azure-openai";

    public const string Key = "test-key";

    public static IChatClient Create(string kind, Uri server, string model = "scripted") => kind switch
    {
        Anthropic => new AnthropicClient
        {
            BaseUrl = server.ToString(),
            ApiKey = Key,
            MaxRetries = 0,
            Timeout = Timeout.InfiniteTimeSpan,
        }.AsIChatClient(model),
        Ollama => new OllamaApiClient(new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan }, model),
        OpenAi => new ChatClient(model, new ApiKeyCredential(Key), new OpenAIClientOptions
        {
            Endpoint = server,
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        }).AsIChatClient(),
        AzureOpenAi => new AzureOpenAIClient(server, new ApiKeyCredential(Key), new AzureOpenAIClientOptions
        {
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        }).GetChatClient(model).AsIChatClient(),
        _ => throw new NotSupportedException(kind),
    };
}
