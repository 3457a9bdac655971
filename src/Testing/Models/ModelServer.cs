using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrleansAgents.Testing;

/// <summary>A model provider on this machine that speaks the wires of OpenAI's chat completions and responses, by script.</summary>
/// <remarks>
/// Queued replies are used first, in the order of arrival; then the script function; a request that neither answers gets status 500.
/// Any process can use it: point <c>Models:default:Endpoint</c> at <see cref="Endpoint"/>. Safe for concurrent requests.
/// </remarks>
internal sealed class ModelServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Reply> _queue = new();
    private readonly ConcurrentQueue<ReceivedRequest> _received = new();
    private readonly Lock _lock = new();
    private Func<ReceivedRequest, Reply>? _script;
    private int _inFlight;
    private int _peak;

    private ModelServer(WebApplication app) => _app = app;

    /// <summary>Base address, such as <c>http://127.0.0.1:4711/v1</c>.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>Every request, in the order of arrival.</summary>
    public IReadOnlyList<ReceivedRequest> Received => [.. _received];

    /// <summary>The most requests that were open at once.</summary>
    public int PeakInFlight => Volatile.Read(ref _peak);

    /// <param name="script">Answers every request that no queued reply answers; called concurrently, so let it depend on the request alone.</param>
    /// <param name="port">0 for a free one.</param>
    public static async Task<ModelServer> StartAsync(Func<ReceivedRequest, Reply>? script = null, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        _ = builder.Logging.ClearProviders();
        _ = builder.WebHost.UseUrls($"http://127.0.0.1:{port}").ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        var server = new ModelServer(builder.Build()) { _script = script };
        _ = server._app.MapPost("/{**path}", server.AnswerAsync);
        await server._app.StartAsync();
        var address = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Endpoint = new Uri(address + "/v1");
        return server;
    }

    /// <summary>Queues a reply: <c>server.Reply(r => r.Text("Hello").Finish("stop"))</c>.</summary>
    public ModelServer Reply(Action<Reply> tell)
    {
        var reply = new Reply();
        tell(reply);
        _queue.Enqueue(reply);
        return this;
    }

    /// <summary>Replaces the script function.</summary>
    public ModelServer Script(Func<ReceivedRequest, Reply> script)
    {
        _script = script;
        return this;
    }

    /// <summary>Configuration that sends every call of a model to this server, under the model's own name.</summary>
    public IEnumerable<KeyValuePair<string, string?>> SettingsOf(string model) =>
    [
        new($"Models:{model}:Provider", "openai"), new($"Models:{model}:Endpoint", Endpoint.ToString()),
        new($"Models:{model}:Model", model), new($"Models:{model}:ApiKey", "test-key"),
    ];

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync(); // Open requests are cut, not waited for.
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body, cancellationToken: context.RequestAborted);
        lock (_lock)
        {
            _peak = Math.Max(_peak, ++_inFlight);
        }

        try
        {
            await SendAsync(context, Take(context.Request, body));
        }
        catch (OperationCanceledException)
        {
            // The client went away.
        }
        finally
        {
            lock (_lock)
            {
                _inFlight--;
            }
        }
    }

    private Reply Take(HttpRequest request, JsonElement body)
    {
        // Under the lock, so that the n-th request gets the n-th reply.
        lock (_lock)
        {
            var received = new ReceivedRequest(_received.Count + 1, request.Path, request.QueryString.Value ?? "", request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body);
            _received.Enqueue(received);
            if (_queue.TryDequeue(out var reply))
            {
                return reply;
            }

            return _script?.Invoke(received) ?? new Reply().Error(500, "The script has no reply for this request.");
        }
    }

    private static async Task SendAsync(HttpContext context, Reply reply)
    {
        var response = context.Response;
        response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers)
        {
            response.Headers[name] = value;
        }

        if (reply.WholeBody is not null)
        {
            foreach (var hold in reply.Steps.OfType<ReplyStep.Hold>())
            {
                await hold.Gate.WaitAsync(context.RequestAborted);
            }

            response.ContentType = "application/json";
            await response.Body.WriteAsync(reply.WholeBody, context.RequestAborted);
            return;
        }

        response.ContentType = "text/event-stream";
        var responses = context.Request.Path.Value!.EndsWith("/responses", StringComparison.Ordinal) ? new ResponsesEncoder() : null;
        foreach (var step in reply.Steps)
        {
            switch (step)
            {
                case ReplyStep.Send send:
                    await WriteAsync(responses?.Encode(send.Data) ?? $"data: {send.Data}\n\n");
                    break;
                case ReplyStep.Comment comment:
                    await WriteAsync($": {comment.Text}\n\n");
                    break;
                case ReplyStep.Hold hold:
                    await WriteAsync(responses?.End() ?? "");
                    await hold.Gate.WaitAsync(context.RequestAborted);
                    break;
                case ReplyStep.Break:
                    await WriteAsync(responses?.End() ?? "");
                    context.Abort();
                    return;
                default:
                    throw new InvalidOperationException($"Unknown step {step}.");
            }
        }

        var end = responses?.End() is { Length: > 0 } ended ? ended : reply.EndsWithDone ? "data: [DONE]\n\n" : "";
        await WriteAsync(end);

        async Task WriteAsync(string lines)
        {
            if (lines.Length > 0)
            {
                _ = await response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(lines), context.RequestAborted);
                _ = await response.BodyWriter.FlushAsync(context.RequestAborted);
            }
        }
    }
}
