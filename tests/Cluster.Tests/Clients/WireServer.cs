using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansAgents.Cluster.Tests.Clients;

/// <summary>A model provider on this machine that speaks a wire of its own, by script. Counts its requests.</summary>
internal abstract class WireServer : IAsyncDisposable
{
    private readonly List<JsonElement> _received = [];
    private readonly Lock _lock = new();
    private WebApplication _app = null!;

    public Uri Endpoint => new(_app.Urls.Single());

    /// <summary>The body of every request, in the order of arrival.</summary>
    public IReadOnlyList<JsonElement> Received
    {
        get
        {
            lock (_lock)
            {
                return [.. _received];
            }
        }
    }

    /// <summary>Answers a request by how many answers of the model it already holds.</summary>
    public Func<int, ClientReply> Script { get; set; } = _ => ClientReply.Refuse(500, "There is no script.");

    protected abstract string Path { get; }

    protected abstract string ContentType { get; }

    public static async Task<WireServer> StartAsync(string kind)
    {
        WireServer server = kind switch
        {
            "ollama" => new OllamaServer(),
            "anthropic" => new AnthropicServer(),
            _ => throw new NotSupportedException(kind),
        };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server._app = builder.Build();
        server._app.MapPost(server.Path, server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    /// <summary>What the provider says of a request that it cannot take; null for one that it can.</summary>
    protected abstract string? Refusal(HttpRequest request, JsonElement body);

    /// <summary>The body of a refusal.</summary>
    protected abstract string Error(ClientReply refusal);

    /// <summary>Tells the answer, piece by piece.</summary>
    protected abstract Task TellAsync(ClientReply reply, int number, Func<string, Task> writeAsync, CancellationToken gone);

    private async Task AnswerAsync(HttpContext context)
    {
        var body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body, cancellationToken: context.RequestAborted);
        int number;
        lock (_lock)
        {
            _received.Add(body);
            number = _received.Count;
        }

        var reply = Refusal(context.Request, body) is { } refusal ? ClientReply.Refuse(400, refusal)
            : Script(body.GetProperty("messages").EnumerateArray().Count(m => m.GetProperty("role").GetString() == "assistant"));
        try
        {
            if (reply.Status != 200)
            {
                context.Response.StatusCode = reply.Status;
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(Error(reply), context.RequestAborted);
                return;
            }

            context.Response.ContentType = ContentType;
            await TellAsync(reply, number, WriteAsync, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client went away.
        }

        async Task WriteAsync(string text)
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
