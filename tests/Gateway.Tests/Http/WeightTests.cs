using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Http;

/// <summary>What an answer weighs: compressed where the client takes it, and nothing at all where it has it already.</summary>
public sealed class WeightTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(_ => new Reply().Text("hello").Finish("stop"));
        _gateway = await RealGateway.StartAsync(_folder.File("agents.db"), _models);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/v1/threads")]
    [InlineData("/v1/runs")]
    [InlineData("/v1/agents")]
    [InlineData("/v1/me")]
    public async Task What_the_client_has_is_not_sent_again_until_it_changes(string path)
    {
        using var first = await GetAsync(path);
        var tag = first.Headers.ETag!.ToString();
        using var same = await GetAsync(path, ("If-None-Match", tag));
        Assert.Equal((HttpStatusCode.NotModified, 0), (same.StatusCode, (await same.Content.ReadAsByteArrayAsync(Cancel)).Length));
        Assert.Equal(tag, same.Headers.ETag!.ToString());

        if (path is "/v1/threads")
        {
            Assert.Equal(201, (await _gateway.SendAsync(HttpMethod.Post, path, """{"title":"New"}""")).Status);
            using var changed = await GetAsync(path, ("If-None-Match", tag));
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
            Assert.NotEqual(tag, changed.Headers.ETag!.ToString());
        }
    }

    [Theory]
    [InlineData("/openapi/v1.json", "br")]
    [InlineData("/openapi/v1.json", "gzip")]
    [InlineData("/v1/agents", "br")]
    [InlineData("/v1/agents", "gzip")]
    [InlineData("/v1/runs/run_unknown_to_everybody", "gzip")]
    [InlineData("/", "br")]
    [InlineData("/", "gzip")]
    public async Task An_answer_is_compressed_as_the_client_takes_it(string path, string encoding)
    {
        using var plain = await GetAsync(path);
        using var packed = await GetAsync(path, ("Accept-Encoding", encoding));

        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.Equal([encoding], packed.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", packed.Headers.Vary);
        await using var body = await packed.Content.ReadAsStreamAsync(Cancel);
        await using Stream unpacking = encoding == "br" ? new BrotliStream(body, CompressionMode.Decompress) : new GZipStream(body, CompressionMode.Decompress);
        using var reader = new StreamReader(unpacking);
        Assert.Equal(await plain.Content.ReadAsStringAsync(Cancel), await reader.ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task A_stream_is_not_held_back_to_be_compressed()
    {
        await _gateway.SendAsync(HttpMethod.Post, "/v1/threads/thr_conversation_0001/messages", """{"input":"hi","agent":"plain"}""");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/threads/thr_conversation_0001/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        request.Headers.AcceptEncoding.ParseAdd("br, gzip");
        using var response = await _gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);

        Assert.Empty(response.Content.Headers.ContentEncoding);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        Assert.NotNull(await lines.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel));
    }

    [Theory]
    [InlineData("br;q=0, gzip", "gzip")]
    [InlineData("identity", null)]
    [InlineData("gzip;q=0", null)]
    [InlineData("nonsense;;", null)]
    public async Task The_page_is_sent_in_no_form_that_the_client_refuses(string accepted, string? encoding)
    {
        using var page = await GetAsync("/", ("Accept-Encoding", accepted));
        Assert.Equal(encoding is null ? [] : [encoding], page.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task The_page_may_frame_its_diagrams_and_load_nothing_from_elsewhere()
    {
        using var page = await GetAsync("/");
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("frame-src 'self'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain("http", policy);
        Assert.DoesNotContain("unsafe", policy);
    }

    [Fact]
    public async Task The_sandboxed_frame_of_diagrams_may_load_its_script_and_nothing_else()
    {
        var script = System.Text.RegularExpressions.Regex.Match(await _gateway.Client.GetStringAsync("/diagram.html", Cancel), "/assets/diagram-[^\"]+").Value;
        using var given = await GetAsync(script, ("Origin", "null"));
        Assert.Equal(HttpStatusCode.OK, given.StatusCode);
        Assert.Equal("cross-origin", given.Headers.GetValues("Cross-Origin-Resource-Policy").Single());

        foreach (var path in new[] { "/", "/v1/threads", "/theme.js" })
        {
            using var refused = await GetAsync(path, ("Origin", "null"));
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }
    }

    [Fact]
    public async Task Pages_of_other_origins_that_may_call_may_change_things_and_ask_what_changed()
    {
        await using var gateway = await ScriptedGateway.StartAsync(("Cors:Origins:0", "https://app.example.org"));
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/threads/thr_conversation_0001");
        request.Headers.Add("Origin", "https://app.example.org");
        request.Headers.Add("Access-Control-Request-Method", "PATCH");
        request.Headers.Add("Access-Control-Request-Headers", "if-none-match, content-type, idempotency-key, x-requested-with, x-signalr-user-agent");
        using var response = await gateway.Client.SendAsync(request, Cancel);

        Assert.Equal("https://app.example.org", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("PATCH", response.Headers.GetValues("Access-Control-Allow-Methods").Single());
        Assert.Contains("If-None-Match", response.Headers.GetValues("Access-Control-Allow-Headers").Single());
        Assert.Contains("X-SignalR-User-Agent", response.Headers.GetValues("Access-Control-Allow-Headers").Single());
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return _gateway.Client.SendAsync(request, Cancel);
    }
}
