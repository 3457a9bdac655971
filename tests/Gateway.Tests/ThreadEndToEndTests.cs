using System.Text.Json;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>A conversation over HTTP: real gateway, real silo, real file, model on the real wire.</summary>
public sealed class ThreadEndToEndTests : IAsyncLifetime
{
    private const string Thread = "/v1/threads/thr_conversation_0001";
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => new Reply().Text("re: ", r.LastText, " 👍").Finish("stop"));
        _gateway = await RealGateway.StartAsync(_folder.File("agents.db"), _models);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_viewer_of_a_thread_sees_all_turns_and_reads_on_from_any_place()
    {
        var gate = new TaskCompletionSource();
        _models.Reply(r => r.Text("he", "llo ").Wait(gate.Task).Text("you").Finish("stop"));
        await PostAsync("hi");
        using var viewer = await SseReader.OpenAsync(_gateway.Client, Thread + "/events");
        var whole = await UntilAsync(viewer, e => e.Data.Contains("llo ", StringComparison.Ordinal));
        await PostAsync("later", "queue");
        gate.SetResult();
        whole.AddRange(await UntilAsync(viewer, e => e.Name == "turn.ended" && e.Json.GetProperty("data").GetProperty("turn").GetInt32() == 2));

        Assert.Equal(
            ["thread.created", "turn.accepted", "message.accepted", "turn.ended", "turn.accepted", "turn.ended"],
            whole.Where(e => e.Json.TryGetProperty("threadId", out _)).Select(e => e.Name));
        Assert.Equal(["run.completed", "run.completed"], whole.Where(e => e.Name == "run.completed").Select(e => e.Name));
        var runs = whole.Where(e => e.Json.TryGetProperty("runId", out _) && e.Json.TryGetProperty("seq", out _))
            .GroupBy(e => e.Json.GetProperty("runId").GetString());
        Assert.All(runs, run => Assert.Equal(Enumerable.Range(1, run.Count()).Select(n => (long)n), run.Select(e => e.Json.GetProperty("seq").GetInt64())));

        // What is told after each place: the durable facts behind it, each once.
        foreach (var (seen, i) in whole.Select((e, i) => (e, i)).SkipLast(1))
        {
            using var again = await SseReader.OpenAsync(_gateway.Client, Thread + "/events", seen.Id);
            var rest = await UntilAsync(again, e => e.Id == whole[^1].Id);
            Assert.Equal(Durable(whole.Skip(i + 1)), Durable(rest));
        }
    }

    [Fact]
    public async Task What_a_thread_is_and_what_was_said_can_be_read_listed_and_deleted()
    {
        var (opened, empty) = await _gateway.SendAsync(HttpMethod.Post, "/v1/threads", """{"title":"Plans"}""", "k");
        Assert.Equal((201, "Plans", 0), (opened, empty.GetProperty("title").GetString(), empty.GetProperty("turns").GetInt32()));
        Assert.Equal(empty.GetProperty("id").GetString(), (await _gateway.SendAsync(HttpMethod.Post, "/v1/threads", """{"title":"Plans"}""", "k")).Body.GetProperty("id").GetString());

        var (status, posted) = await _gateway.SendAsync(HttpMethod.Post, Thread + "/messages", """{"input":"hi","agent":"plain"}""", "m1");
        var (_, again) = await _gateway.SendAsync(HttpMethod.Post, Thread + "/messages", """{"input":"hi","agent":"plain"}""", "m1");
        Assert.Equal(202, status);
        Assert.Equal(posted.GetProperty("runId").GetString(), again.GetProperty("runId").GetString());
        Assert.Equal("duplicate", again.GetProperty("receipt").GetProperty("status").GetString());
        Assert.Equal(409, (await _gateway.SendAsync(HttpMethod.Post, Thread + "/messages", """{"input":"other","agent":"plain"}""", "m1")).Status);

        await EndedAsync();
        var (_, said) = await _gateway.SendAsync(HttpMethod.Get, Thread + "/messages");
        Assert.Equal(["hi", "re: hi 👍"], said.GetProperty("items").EnumerateArray().Select(m => m.GetProperty("content").GetString()));
        var (_, list) = await _gateway.SendAsync(HttpMethod.Get, "/v1/threads?limit=1");
        var newest = Assert.Single(list.GetProperty("items").EnumerateArray().ToList());
        Assert.Equal(("hi", "completed"), (newest.GetProperty("title").GetString(), newest.GetProperty("run").GetProperty("status").GetString()));
        Assert.True(list.TryGetProperty("nextCursor", out _));
        Assert.Equal(1, (await _gateway.SendAsync(HttpMethod.Get, "/v1/runs?threadId=thr_conversation_0001")).Body.GetProperty("items").GetArrayLength());

        Assert.Equal(204, (await _gateway.SendAsync(HttpMethod.Delete, Thread)).Status);
        Assert.Equal(410, (await _gateway.SendAsync(HttpMethod.Get, Thread)).Status);
        Assert.Equal(410, (await _gateway.SendAsync(HttpMethod.Post, Thread + "/messages", """{"input":"hi"}""")).Status);
    }

    [Fact]
    public async Task A_start_in_a_thread_is_its_next_turn_and_refused_while_one_is_at_work()
    {
        const string Start = """{"agent":"plain","input":"hi","threadId":"thr_conversation_0001"}""";
        var gate = new TaskCompletionSource();
        _models.Reply(r => r.Wait(gate.Task).Text("hello").Finish("stop"));
        var (status, run) = await _gateway.SendAsync(HttpMethod.Post, "/v1/runs", Start, "k1");
        Assert.Equal((202, "thr_conversation_0001"), (status, run.GetProperty("threadId").GetString()));
        var (busy, problem) = await _gateway.SendAsync(HttpMethod.Post, "/v1/runs", Start, "k2");
        Assert.Equal((409, "thread_busy"), (busy, problem.GetProperty("code").GetString()));
        gate.SetResult();
        await EndedAsync();
        Assert.Equal(202, (await _gateway.SendAsync(HttpMethod.Post, "/v1/runs", Start, "k2")).Status);
    }

    [Theory]
    [InlineData("POST", "/v1/threads/short/messages", """{"input":"hi"}""", 404, "thread_not_found")]
    [InlineData("GET", "/v1/threads/thr_nobody_knows_this", null, 404, "thread_not_found")]
    [InlineData("GET", "/v1/threads/thr_nobody_knows_this/messages", null, 404, "thread_not_found")]
    [InlineData("DELETE", "/v1/threads/thr_nobody_knows_this", null, 404, "thread_not_found")]
    [InlineData("POST", Thread + "/messages", """{"input":" "}""", 400, "input_required")]
    [InlineData("POST", Thread + "/messages", """{"input":"hi","whenBusy":"shout"}""", 400, "invalid_request")]
    [InlineData("POST", Thread + "/messages", """{"input":"hi","agent":"nobody"}""", 404, "agent_not_found")]
    [InlineData("POST", "/v1/threads", """{"title":""}""", 400, "invalid_request")]
    [InlineData("GET", "/v1/threads?cursor=zz", null, 400, "invalid_cursor")]
    public async Task Bad_input_is_named_and_makes_no_thread(string method, string path, string? body, int status, string code)
    {
        var (answered, problem) = await _gateway.SendAsync(new(method), path, body);
        Assert.Equal((status, code), (answered, problem.GetProperty("code").GetString()));
        Assert.Equal(0, (await _gateway.SendAsync(HttpMethod.Get, "/v1/threads")).Body.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_cursor_beyond_the_thread_is_told_as_a_gap_and_all_is_told_anew()
    {
        await PostAsync("hi");
        await EndedAsync();
        using var viewer = await SseReader.OpenAsync(_gateway.Client, Thread + "/events", "99:3");
        var told = await UntilAsync(viewer, e => e.Name == "turn.ended");
        Assert.Equal(["gap", "thread.created"], told.Take(2).Select(e => e.Name));
        Assert.Equal(3, told[0].Json.GetProperty("data").GetProperty("view").GetProperty("head").GetInt64());
    }

    /// <summary>Facts by journal and seq; the place of one thread event among a run's may differ from viewer to viewer.</summary>
    private static List<string> Durable(IEnumerable<SseEvent> events) =>
        [.. events.Where(e => e.Json.TryGetProperty("seq", out _)).Select(e => Journal(e) + e.Json.GetProperty("seq").GetInt64()).Order()];

    private static string Journal(SseEvent e) =>
        (e.Json.TryGetProperty("runId", out var run) ? run : e.Json.GetProperty("threadId")).GetString() + " ";

    private static async Task<List<SseEvent>> UntilAsync(SseReader viewer, Func<SseEvent, bool> wanted)
    {
        var seen = new List<SseEvent>();
        while (await viewer.NextAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } e)
        {
            seen.Add(e);
            if (wanted(e))
            {
                return seen;
            }
        }

        throw new InvalidOperationException($"The stream ended after {string.Join(", ", seen.Select(e => e.Short))}.");
    }

    private async Task EndedAsync()
    {
        using var viewer = await SseReader.OpenAsync(_gateway.Client, Thread + "/events");
        await UntilAsync(viewer, e => e.Name == "turn.ended");
    }

    private async Task PostAsync(string input, string whenBusy = "steer")
    {
        var (status, _) = await _gateway.SendAsync(
            HttpMethod.Post, Thread + "/messages", JsonSerializer.Serialize(new { input, agent = "plain", whenBusy }));
        Assert.Equal(202, status);
    }
}
