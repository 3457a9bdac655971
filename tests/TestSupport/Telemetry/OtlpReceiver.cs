using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrleansAgents.Testing;

/// <summary>Takes what an OTLP exporter sends, as <c>http/protobuf</c> or as gRPC without TLS, and keeps every byte.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Message)> _received = new();
    private readonly SemaphoreSlim _news = new(0);

    private OtlpReceiver(WebApplication app) => _app = app;

    public Uri Endpoint { get; private set; } = null!;

    public IReadOnlyList<byte[]> Received => [.. _received.Select(r => r.Message)];

    public IReadOnlyList<string> Paths => [.. _received.Select(r => r.Path).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>resource → scope → span → name.</summary>
    public IReadOnlyList<string> Spans => Names("trace", 1, 2, 2, 5);

    /// <summary>resource → scope → metric → name.</summary>
    public IReadOnlyList<string> Metrics => Names("metrics", 1, 2, 2, 1);

    /// <summary>resource → scope → record → body → text.</summary>
    public IReadOnlyList<string> Logs => Names("logs", 1, 2, 2, 5, 1);

    /// <summary>resource → attribute → value → text.</summary>
    public IReadOnlyList<string> Resources => Names("trace", 1, 1, 1, 2, 1);

    public static async Task<OtlpReceiver> StartAsync(bool grpc)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(
            k => k.ConfigureEndpointDefaults(e => e.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.MapPost("/{**path}", grpc ? receiver.TakeGrpcAsync : receiver.TakeHttpAsync);
        await receiver._app.StartAsync();
        receiver.Endpoint = new(receiver._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return receiver;
    }

    public async Task UntilAsync(Func<OtlpReceiver, bool> wanted, string what)
    {
        while (!wanted(this))
        {
            if (!await _news.WaitAsync(Patience))
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {what}; spans: {string.Join(", ", Spans.Distinct())}; metrics: "
                    + $"{string.Join(", ", Metrics.Distinct())}; logs: {Logs.Count}.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _news.Dispose();
    }

    private IReadOnlyList<string> Names(string signal, params int[] path) =>
        [.. _received.Where(r => r.Path.Contains(signal, StringComparison.Ordinal)).SelectMany(r => ProtoReader.Walk(r.Message, path)).Select(ProtoReader.Text)];

    private async Task TakeHttpAsync(HttpContext context)
    {
        Keep(context, await ReadAsync(context.Request), 0);
        context.Response.ContentType = "application/x-protobuf";
    }

    /// <summary>One message with its five bytes in front; an empty one is the answer.</summary>
    private async Task TakeGrpcAsync(HttpContext context)
    {
        Keep(context, await ReadAsync(context.Request), 5);
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private void Keep(HttpContext context, byte[] body, int prefix)
    {
        _received.Enqueue((context.Request.Path.Value!, body[prefix..]));
        _news.Release();
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }
}
