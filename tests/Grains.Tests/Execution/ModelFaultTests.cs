using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Core.Runs;
using OrleansAgents.Testing;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>Every fault of a provider, over the real wire, with OpenAI's client.</summary>
public sealed class OpenAiFaultTests() : ModelFaultTests(ModelSettings.OpenAi);

/// <summary>The same with Azure's client.</summary>
public sealed class AzureOpenAiFaultTests() : ModelFaultTests(ModelSettings.AzureOpenAi);

/// <summary>The same over the wire of responses.</summary>
public sealed class ResponsesFaultTests() : ModelFaultTests(ModelBench.Responses);

public abstract class ModelFaultTests(string provider)
{
    [Theory]
    [InlineData(429, null, "Transient", "rate_limited")]
    [InlineData(429, "insufficient_quota", "Provider", "insufficient_quota")]
    [InlineData(402, null, "Provider", "insufficient_quota")]
    [InlineData(500, null, "Transient", "server_error")]
    [InlineData(502, null, "Transient", "server_error")]
    [InlineData(503, null, "Transient", "server_error")]
    [InlineData(529, null, "Transient", "server_error")]
    [InlineData(408, null, "Transient", "timeout")]
    [InlineData(401, null, "Provider", "unauthorized")]
    [InlineData(403, null, "Provider", "forbidden")]
    [InlineData(404, "model_not_found", "Provider", "model_not_found")]
    [InlineData(400, "model_not_found", "Provider", "model_not_found")]
    [InlineData(400, "content_filter", "Final", "content_filter")]
    [InlineData(400, "invalid_value", "Final", "bad_request")]
    [InlineData(422, null, "Final", "bad_request")]
    [InlineData(413, "rate_limit_exceeded", "Transient", "rate_limited")]
    [InlineData(400, "rate_limit_exceeded", "Transient", "rate_limited")]
    [InlineData(498, null, "Transient", "server_error")]
    [InlineData(499, null, "Transient", "server_error")]
    public async Task A_status_has_its_kind_and_its_code(int status, string? error, string kind, string code)
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Error(status, "no", error));
        using var bench = ModelBench.Over(server, provider);

        var fault = await bench.FaultAsync();

        Assert.Equal((kind, code), (fault.Kind.ToString(), fault.Error.Code));
        Assert.Contains($"HTTP {status}", fault.Error.Message);
        Assert.Equal(kind == "Provider" ? RunPolicy.ProviderPauses[0] : null, fault.RetryAfter);
        _ = Assert.Single(server.Received); // One attempt is one request.
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0", 0)]
    [InlineData("Tue, 01 Jan 2030 12:01:30 GMT", 90)]
    [InlineData("Tue, 01 Jan 2030 11:00:00 GMT", 0)]
    [InlineData("99999999999", 86_400)]
    public async Task The_provider_says_how_long_to_wait(string header, int seconds)
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Error(429).Header("Retry-After", header));
        using var bench = ModelBench.Over(server, provider);

        Assert.Equal(TimeSpan.FromSeconds(seconds), (await bench.FaultAsync()).RetryAfter);
    }

    [Fact]
    public async Task A_stream_that_ends_normally_without_a_finish_reason_is_no_answer()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("Half an ans").NoDone());
        using var bench = ModelBench.Over(server, provider);

        var fault = await bench.FaultAsync();

        Assert.Equal((FaultKind.Transient, "stream_cut"), (fault.Kind, fault.Error.Code));
        Assert.Equal("Half an ans", bench.Shown);
    }

    [Fact]
    public async Task A_call_of_a_cut_stream_is_never_given()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Call("find", """{"word":"alpha"}""").NoDone());
        using var bench = ModelBench.Over(server, provider);

        Assert.Equal("stream_cut", (await bench.FaultAsync()).Error.Code);
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_middle_is_a_cut_stream()
    {
        await using var server = await ModelServer.StartAsync();
        var shown = new TaskCompletionSource();
        server.Reply(r => r.Text("Half").Wait(shown.Task).Abort());
        using var bench = ModelBench.Over(server, provider);
        bench.OnDelta = _ => shown.TrySetResult();

        var fault = await bench.FaultAsync();

        Assert.Equal((FaultKind.Transient, "stream_cut"), (fault.Kind, fault.Error.Code));
    }

    [Fact]
    public async Task An_error_inside_a_stream_is_transient()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("Half").ErrorChunk("The engine is overloaded"));
        using var bench = ModelBench.Over(server, provider);

        var fault = await bench.FaultAsync();

        Assert.Equal((FaultKind.Transient, "stream_error"), (fault.Kind, fault.Error.Code));
        Assert.Contains("The engine is overloaded", fault.Error.Message);
    }

    [Theory]
    [InlineData("503", "Transient", "server_error")]
    [InlineData("429", "Transient", "rate_limited")]
    [InlineData("rate_limit_exceeded", "Transient", "rate_limited")]
    [InlineData("400", "Defect", "bad_request")]
    [InlineData("invalid_request_error", "Defect", "bad_request")]
    [InlineData("401", "Provider", "unauthorized")]
    [InlineData("insufficient_quota", "Provider", "insufficient_quota")]
    [InlineData("content_filter", "Final", "content_filter")]
    public async Task The_code_of_an_error_inside_a_stream_says_whether_it_passes(string code, string kind, string expected)
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("Half").ErrorChunk("What the server says.", code));
        using var bench = ModelBench.Over(server, provider);

        var fault = await bench.FaultAsync();

        Assert.Equal((kind, expected), (fault.Kind.ToString(), fault.Error.Code));
        Assert.Contains("What the server says.", fault.Error.Message);
    }

    [Theory]
    [InlineData("""[{"error":{"message":"Said in a list."}}]""", "Said in a list.")]
    [InlineData("""{"object":"error","message":"Said at the root."}""", "Said at the root.")]
    [InlineData("""{"detail":"Said as detail."}""", "Said as detail.")]
    [InlineData("""{"error":"Said as text."}""", "Said as text.")]
    public async Task The_servers_own_words_are_kept_whatever_form_they_have(string body, string words)
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Body(503, body));
        using var bench = ModelBench.Over(server, provider);

        Assert.Contains(words, (await bench.FaultAsync()).Error.Message);
    }

    [Fact]
    public async Task A_chunk_that_is_not_JSON_is_a_defect()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("Half").Raw("{ oops"));
        using var bench = ModelBench.Over(server, provider);

        Assert.Equal((FaultKind.Defect, "unreadable_answer"), Of(await bench.FaultAsync()));
    }

    [Fact]
    public async Task An_answer_that_ends_in_an_error_without_words_is_transient()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("Half").Finish("error"));
        using var bench = ModelBench.Over(server, provider);

        Assert.Equal((FaultKind.Transient, "stream_error"), Of(await bench.FaultAsync()));
    }

    [Fact]
    public async Task Silence_for_a_minute_is_a_stall()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("Half").Wait(new TaskCompletionSource().Task));
        using var bench = ModelBench.Over(server, provider);
        bench.OnDelta = _ => bench.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal((FaultKind.Transient, "stalled"), Of(await bench.FaultAsync()));
    }

    [Fact]
    public async Task Each_update_starts_the_minute_anew()
    {
        await using var server = await ModelServer.StartAsync();
        var shown = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource()).ToArray();
        server.Reply(r => r.Text("a").Wait(shown[0].Task).Text("b").Wait(shown[1].Task).Text("c").Wait(shown[2].Task).Finish("stop"));
        using var bench = ModelBench.Over(server, provider);
        bench.OnDelta = text =>
        {
            bench.Time.Advance(TimeSpan.FromSeconds(59));
            shown[text[0] - 'a'].SetResult();
        };

        Assert.Equal("abc", string.Concat((await bench.AnswerAsync()).Content.Select(p => p.Value.Inline)));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unreachable()
    {
        using var bench = ModelBench.Over(new Uri($"http://127.0.0.1:{UnusedPort()}/v1"), provider);

        Assert.Equal((FaultKind.Transient, "unreachable"), Of(await bench.FaultAsync()));
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_unreachable()
    {
        using var bench = ModelBench.Over(new Uri("http://no-such-host.invalid/v1"), provider);

        var fault = await bench.FaultAsync();

        Assert.Equal((FaultKind.Transient, "unreachable"), Of(fault));
        Assert.Contains("DNS", fault.Error.Message);
    }

    [Fact]
    public async Task A_server_without_TLS_is_unreachable_over_https()
    {
        await using var server = await ModelServer.StartAsync();
        using var bench = ModelBench.Over(new UriBuilder(server.Endpoint) { Scheme = "https" }.Uri, provider);

        var fault = await bench.FaultAsync();

        Assert.Equal((FaultKind.Transient, "unreachable"), Of(fault));
        Assert.Contains("TLS", fault.Error.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_filtered_or_refused_answer_ends_the_run(bool filter)
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => _ = filter ? r.Text("I").Finish("content_filter") : r.Refusal("I cannot help with that.").Finish("stop"));
        using var bench = ModelBench.Over(server, provider);

        Assert.Equal((FaultKind.Final, "content_filter"), Of(await bench.FaultAsync()));
    }

    [Theory]
    [InlineData("stop", "Defect")]
    [InlineData("tool_calls", "Defect")]
    [InlineData("length", "Final")]
    public async Task An_answer_without_text_or_call_is_no_answer(string finish, string kind)
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text(" \n").Finish(finish));
        using var bench = ModelBench.Over(server, provider);

        var fault = await bench.FaultAsync();

        Assert.Equal((kind, "empty_answer"), (fault.Kind.ToString(), fault.Error.Code));
    }

    [Fact]
    public async Task Neither_the_key_nor_a_long_body_reaches_the_journal()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Error(401, $"Incorrect API key provided: {ModelBench.Key}, nor sk-proj-abcdef1234.\n" + new string('x', 10_000)));
        using var bench = ModelBench.Over(server, provider);

        var message = (await bench.FaultAsync()).Error.Message;

        Assert.Contains("Incorrect API key provided: ***", message);
        Assert.DoesNotContain("4242", message);
        Assert.DoesNotContain("abcdef1234", message);
        Assert.InRange(message.Length, 50, 450);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public async Task Controls_and_what_looks_like_a_key_are_taken_out_of_the_servers_words()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Error(500, "bad\u0000 \u001b[31m \u202ered: gsk_abcdefgh12345678 AIzaSyabcdefgh_1234567 key=topsecret99 Bearer abc.def, but monkey business is kept"));
        using var bench = ModelBench.Over(server, provider);

        var message = (await bench.FaultAsync()).Error.Message;

        Assert.DoesNotContain(message, char.IsControl);
        Assert.DoesNotContain('\u202e', message);
        Assert.All(new[] { "abcdefgh12345678", "SyabcdefgH", "topsecret99", "abc.def" }, secret => Assert.DoesNotContain(secret, message, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("monkey business is kept", message);
    }

    [Fact]
    public async Task A_cancelled_request_throws_and_closes_its_connection()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("Half").Wait(new TaskCompletionSource().Task));
        using var bench = ModelBench.Over(server, provider);
        using var cancel = new CancellationTokenSource();
        bench.OnDelta = _ => cancel.Cancel();

        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.AskUntilAsync(cancel.Token));
    }

    [Fact]
    public async Task A_model_that_is_not_configured_is_the_providers_fault()
    {
        await using var server = await ModelServer.StartAsync();
        using var models = new ModelRegistry([], [], new ServiceCollection().BuildServiceProvider(), TimeProvider.System);

        var caller = new ModelCaller(models, TimeProvider.System);
        var outcome = await caller.AskAsync(caller.TryEnter("gone")!, ModelBench.Request(), default, (_, _) => { }, TestContext.Current.CancellationToken);

        Assert.Equal((FaultKind.Provider, "model_not_found"), Of(Assert.IsType<ModelFault>(outcome)));
    }

    private static (FaultKind, string) Of(ModelFault fault) => (fault.Kind, fault.Error.Code);

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
