using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>An embedding model on the real wire, whose vectors say which of a few subjects a text is about.</summary>
/// <param name="subjects">The words of each subject.</param>
internal sealed class EmbeddingServer(params string[][] subjects) : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Path, IReadOnlyList<string> Texts, int? Dimensions)> _received = new();
    private WebApplication _app = null!;

    public Uri Endpoint => new(_app.Urls.Single());

    public IReadOnlyList<(string Path, IReadOnlyList<string> Texts, int? Dimensions)> Received => [.. _received];

    /// <summary>What every request gets instead of vectors.</summary>
    public int? Fails { get; set; }

    /// <summary>What every answer waits for.</summary>
    public Task Opens { get; set; } = Task.CompletedTask;

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/{**path}", (Delegate)AnswerAsync);
        await _app.StartAsync();
    }

    /// <summary>Configuration that has a silo ask this server.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Settings(string provider) =>
    [
        new("Models:embedder:Provider", provider), new("Models:embedder:Endpoint", provider == "openai" ? $"{Endpoint}v1" : $"{Endpoint}"),
        new("Models:embedder:Model", "meaning"), new("Models:embedder:ApiKey", "test-key"),
        new("Memory:Embeddings", "embedder"), new("Memory:EmbeddingDimensions", "8"),
    ];

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        var body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
        var texts = body.GetProperty("input").EnumerateArray().Select(t => t.GetString()!).ToList();
        _received.Enqueue((context.Request.Path, texts, body.TryGetProperty("dimensions", out var d) ? d.GetInt32() : null));
        await Opens.WaitAsync(context.RequestAborted);
        if (Fails is { } status)
        {
            return Results.Json(new { error = new { message = "no" } }, statusCode: status);
        }

        Assert.Equal("base64", body.GetProperty("encoding_format").GetString());
        return Results.Json(new
        {
            @object = "list",
            model = "meaning",
            data = texts.Select((t, i) => new { @object = "embedding", index = i, embedding = Convert.ToBase64String(MemoryMarshal.AsBytes<float>(VectorOf(t))) }),
            usage = new { prompt_tokens = texts.Count, total_tokens = texts.Count },
        });
    }

    private float[] VectorOf(string text) =>
        [1, .. subjects.Select(words => 3f * words.Count(w => text.Contains(w, StringComparison.OrdinalIgnoreCase))), .. new float[7 - subjects.Length]];
}
