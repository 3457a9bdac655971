using System.Text.Json;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>How people keep order: lists, the queue of a conversation, and what they think of an answer. Real gateway, silo and file.</summary>
public sealed class ThreadListTests : IAsyncLifetime
{
    private const string One = "thr_conversation_0001";
    private const string Two = "thr_conversation_0002";
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => new Reply().Text("re: ", r.LastText).Finish("stop"));
        _gateway = await RealGateway.StartAsync(_folder.File("agents.db"), _models);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_list_has_the_newest_activity_first_and_is_not_moved_by_a_rename_or_a_pin()
    {
        await SayAsync(One, "first");
        await SayAsync(Two, "second");
        Assert.Equal([Two, One], await IdsAsync(""));

        await ChangeAsync(One, """{"title":"Renamed","pinned":true}""");
        Assert.Equal([Two, One], await IdsAsync(""));
        Assert.Equal([One], await IdsAsync("?pinned=true"));
        Assert.Equal([Two], await IdsAsync("?pinned=false"));
        Assert.Equal(("Renamed", true, "plain"), await FirstAsync("?pinned=true"));

        await SayAsync(One, "again");
        Assert.Equal([One, Two], await IdsAsync(""));
        Assert.Equal([One], await IdsAsync("?limit=1"));
        var (_, page) = await _gateway.SendAsync(HttpMethod.Get, "/v1/threads?limit=1");
        Assert.Equal([Two], await IdsAsync($"?limit=1&cursor={page.GetProperty("nextCursor").GetString()}"));
    }

    [Fact]
    public async Task An_archived_thread_is_listed_when_it_is_asked_for_until_somebody_speaks_in_it()
    {
        await SayAsync(One, "first");
        await ChangeAsync(One, """{"archived":true}""");

        Assert.Empty(await IdsAsync(""));
        Assert.Equal([One], await IdsAsync("?archived=true"));
        Assert.True((await _gateway.SendAsync(HttpMethod.Get, $"/v1/threads/{One}")).Body.GetProperty("archived").GetBoolean());

        await SayAsync(One, "again");
        Assert.Equal([One], await IdsAsync(""));
        Assert.Empty(await IdsAsync("?archived=true"));
    }

    [Fact]
    public async Task A_change_has_one_effect_under_its_key_and_none_where_nothing_changes()
    {
        await SayAsync(One, "first");
        var (status, given) = await _gateway.SendAsync(HttpMethod.Patch, $"/v1/threads/{One}", """{"pinned":true}""", "k");
        Assert.Equal((200, "accepted"), (status, given.GetProperty("status").GetString()));
        Assert.Equal("duplicate", (await _gateway.SendAsync(HttpMethod.Patch, $"/v1/threads/{One}", """{"pinned":true}""", "k")).Body.GetProperty("status").GetString());
        Assert.Equal(409, (await _gateway.SendAsync(HttpMethod.Patch, $"/v1/threads/{One}", """{"pinned":false}""", "k")).Status);
        await ChangeAsync(One, """{"pinned":true}""");

        Assert.Single(await EventsAsync(One), e => e == "thread.changed");
    }

    [Theory]
    [InlineData("PATCH", $"/v1/threads/{One}", "{}", 400, "invalid_request", "$")]
    [InlineData("PATCH", $"/v1/threads/{One}", """{"title":" "}""", 400, "invalid_request", "title")]
    [InlineData("PATCH", $"/v1/threads/{One}", """{"colour":"red"}""", 400, "unknown_field", "colour")]
    [InlineData("PATCH", $"/v1/threads/{Two}", """{"pinned":true}""", 404, "thread_not_found", "id")]
    [InlineData("PATCH", $"/v1/threads/{One}/queued/nothing", """{"input":"x"}""", 409, "message_taken", "messageId")]
    [InlineData("PATCH", $"/v1/threads/{One}/queued/nothing", """{"input":" "}""", 400, "input_required", "input")]
    [InlineData("DELETE", $"/v1/threads/{One}/queued/nothing", null, 409, "message_taken", "messageId")]
    [InlineData("GET", "/v1/threads?archived=perhaps", null, 400, "invalid_request", "archived")]
    public async Task Bad_input_names_the_field(string method, string path, string? body, int status, string code, string field)
    {
        await SayAsync(One, "first");
        var (answered, problem) = await _gateway.SendAsync(new(method), path, body);
        Assert.Equal((status, code, field), (answered, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_queued_message_is_edited_and_removed_until_its_turn_has_begun()
    {
        var gate = new TaskCompletionSource();
        _models.Reply(r => r.Wait(gate.Task).Text("done").Finish("stop"));
        await PostAsync(One, "now", "a");
        await PostAsync(One, "later", "b");
        await PostAsync(One, "never", "c");

        Assert.Equal(200, (await _gateway.SendAsync(HttpMethod.Patch, $"/v1/threads/{One}/queued/b", """{"input":"better"}""")).Status);
        Assert.Equal(200, (await _gateway.SendAsync(HttpMethod.Delete, $"/v1/threads/{One}/queued/c")).Status);
        var queued = (await _gateway.SendAsync(HttpMethod.Get, $"/v1/threads/{One}")).Body.GetProperty("queued");
        Assert.Equal("better", Assert.Single(queued.EnumerateArray().ToList()).GetProperty("input").GetString());

        gate.SetResult();
        await UntilIdleAsync(One, turns: 2);
        var (_, said) = await _gateway.SendAsync(HttpMethod.Get, $"/v1/threads/{One}/messages");
        Assert.Equal(["now", "done", "better", "re: better"], said.GetProperty("items").EnumerateArray().Select(m => m.GetProperty("content").GetString()));
        Assert.Equal(409, (await _gateway.SendAsync(HttpMethod.Patch, $"/v1/threads/{One}/queued/b", """{"input":"too late"}""")).Status);
    }

    [Fact]
    public async Task Feedback_is_taken_after_the_end_replaced_taken_back_and_exported()
    {
        await SayAsync(One, "first");
        var run = (await _gateway.SendAsync(HttpMethod.Get, $"/v1/runs?threadId={One}")).Body.GetProperty("items")[0].GetProperty("id").GetString();

        Assert.Equal(200, await JudgeAsync("""{"value":"down","note":"Wrong year."}"""));
        Assert.Equal(("down", "Wrong year.", "local"), await FeedbackAsync());
        Assert.Equal(200, await JudgeAsync("""{"value":"up"}"""));
        Assert.Equal(200, await JudgeAsync("""{"value":"up"}"""));
        Assert.Equal(("up", null, "local"), await FeedbackAsync());
        Assert.Equal(200, await JudgeAsync("""{"value":"none"}"""));
        Assert.Null(await FeedbackAsync());
        Assert.Equal(400, await JudgeAsync("""{"note":"?"}"""));
        Assert.Equal(400, await JudgeAsync($$"""{"value":"up","note":"{{new string('x', 2_001)}}"}"""));

        var export = await _gateway.Client.GetStringAsync($"/v1/runs/{run}/export", TestContext.Current.CancellationToken);
        var rows = export.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["run.completed", "feedback.given", "feedback.given", "feedback.given"], rows.TakeLast(4).Select(e => e.GetProperty("type").GetString()));
        var view = (await _gateway.SendAsync(HttpMethod.Get, $"/v1/runs/{run}")).Body;
        Assert.Equal("completed", view.GetProperty("status").GetString());

        // Who comes later is told the end and what follows it.
        using var viewer = await SseReader.OpenAsync(_gateway.Client, $"/v1/runs/{run}/events");
        var told = new List<string?>();
        while (await viewer.NextAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken) is { } e)
        {
            told.Add(e.Name);
        }

        Assert.Equal(["run.completed", "feedback.given", "feedback.given", "feedback.given"], told.TakeLast(4));

        async Task<int> JudgeAsync(string body) => (await _gateway.SendAsync(HttpMethod.Post, $"/v1/runs/{run}/feedback", body)).Status;

        async Task<(string?, string?, string?)?> FeedbackAsync() =>
            (await _gateway.SendAsync(HttpMethod.Get, $"/v1/runs/{run}")).Body.TryGetProperty("feedback", out var f)
                ? (f.GetProperty("value").GetString(), f.TryGetProperty("note", out var note) ? note.GetString() : null, f.GetProperty("by").GetString())
                : null;
    }

    private async Task SayAsync(string thread, string input)
    {
        var turns = (await _gateway.SendAsync(HttpMethod.Get, $"/v1/threads/{thread}")).Body.TryGetProperty("turns", out var had) ? had.GetInt32() : 0;
        await PostAsync(thread, input, null);
        await UntilIdleAsync(thread, turns + 1);
    }

    private async Task PostAsync(string thread, string input, string? key) => Assert.Equal(
        202, (await _gateway.SendAsync(HttpMethod.Post, $"/v1/threads/{thread}/messages", JsonSerializer.Serialize(new { input, agent = "plain", whenBusy = "queue" }), key)).Status);

    private async Task UntilIdleAsync(string thread, int turns)
    {
        using var viewer = await SseReader.OpenAsync(_gateway.Client, $"/v1/threads/{thread}/events");
        while (await viewer.NextAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } e)
        {
            if (e.Name == "turn.ended" && e.Json.GetProperty("data").GetProperty("turn").GetInt32() == turns)
            {
                return;
            }
        }
    }

    private async Task ChangeAsync(string thread, string body) =>
        Assert.Equal(200, (await _gateway.SendAsync(HttpMethod.Patch, $"/v1/threads/{thread}", body)).Status);

    private async Task<List<string?>> IdsAsync(string query) =>
        [.. (await _gateway.SendAsync(HttpMethod.Get, "/v1/threads" + query)).Body.GetProperty("items").EnumerateArray().Select(t => t.GetProperty("id").GetString())];

    private async Task<(string?, bool, string?)> FirstAsync(string query)
    {
        var first = (await _gateway.SendAsync(HttpMethod.Get, "/v1/threads" + query)).Body.GetProperty("items")[0];
        return (first.GetProperty("title").GetString(), first.GetProperty("pinned").GetBoolean(), first.GetProperty("agent").GetString());
    }

    private async Task<List<string?>> EventsAsync(string thread) =>
        [.. (await _gateway.SendAsync(HttpMethod.Get, $"/v1/threads/{thread}/events")).Body.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("type").GetString())];
}
