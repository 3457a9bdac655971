using System.Net;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Streams;

/// <summary>Event streams through a real server and a real client.</summary>
public sealed class SseTests : IAsyncLifetime
{
    private const string Events = $"/v1/runs/{SampleEvents.RunId}/events";
    private ScriptedGateway _gateway = null!;
    private ScriptedRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await ScriptedGateway.StartAsync();
        _run = _gateway.Runs.Run(SampleEvents.RunId).Record(SampleEvents.Created).Record(new RunStarted());
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_viewer_that_stays_sees_everything_once_and_in_order()
    {
        using var viewer = await SseReader.OpenAsync(_gateway.Client, Events);
        Assert.Equal("1 run.created", (await viewer.NextAsync())!.Short);
        Speak();
        End();
        Assert.Equal(
            ["2 run.started", "3 model.started", "3.1.5 \"Hi 😀\"", "4 run.paused", "4.1.9 \" you\"", "5 model.completed", "6 run.completed"],
            Joined(await viewer.RestAsync()));
        Assert.Single(viewer.Asides, a => a.StartsWith("retry: ", StringComparison.Ordinal));
        Assert.Equal("no-cache, no-transform", viewer.Response.Headers.NonValidated["Cache-Control"].ToString());
        Assert.Equal("no", viewer.Response.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.Equal("text/event-stream", viewer.Response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task A_viewer_cut_after_any_event_gets_exactly_the_rest_while_the_attempt_is_open()
    {
        Speak();
        string[] ids = ["1", "2", "3.1.3", "3.1.5", "4.1.9"];
        var readers = new List<(string Id, SseReader Reader)>();
        foreach (var id in ids)
        {
            readers.Add((id, await SseReader.OpenAsync(_gateway.Client, $"{Events}?after=1", id)));
            readers.Add((id, await SseReader.OpenAsync(_gateway.Client, $"{Events}?after={id}")));
        }

        End();
        foreach (var (id, reader) in readers)
        {
            using (reader)
            {
                var rest = await reader.RestAsync();
                var seen = id.Contains('.') ? int.Parse(id[4..]) : 0;
                Assert.Equal("Hi 😀 you"[seen..], TextOf(rest));
                Assert.Equal(Enumerable.Range(1, 6).Where(s => s > int.Parse(id[..1])), Durable(rest));
            }
        }
    }

    [Fact]
    public async Task A_viewer_cut_after_any_event_gets_exactly_the_rest_when_all_is_over()
    {
        Speak();
        End();
        foreach (var id in new[] { "1", "2", "3", "3.1.3", "3.1.5", "4", "4.1.9", "5" })
        {
            foreach (var inHeader in new[] { true, false })
            {
                using var reader = await SseReader.OpenAsync(_gateway.Client, inHeader ? Events : $"{Events}?after={id}", inHeader ? id : null);
                var rest = await reader.RestAsync();
                Assert.Equal(id.Contains('.') ? "Hi 😀 you"[int.Parse(id[4..])..] : "", TextOf(rest));
                Assert.Equal(Enumerable.Range(1, 6).Where(s => s > int.Parse(id[..1])), Durable(rest));
            }
        }
    }

    [Fact]
    public async Task A_stored_body_is_read_for_the_rest_of_a_long_answer()
    {
        _run.Record(SampleEvents.ModelStarted(1, 1));
        _run.Bodies["sha256:ab"] = "Long 😀 text";
        _run.Record(SampleEvents.ModelCompleted(1, 1, "") with { Content = [new TextPart(new Text(null, new("sha256:ab", 14, "Long")))] });
        End(completed: true);
        using var reader = await SseReader.OpenAsync(_gateway.Client, Events, "3.1.5");
        Assert.Equal("😀 text", TextOf(await reader.RestAsync()));
    }

    [Fact]
    public async Task A_viewer_that_fell_behind_reads_the_journal_and_goes_on()
    {
        using var viewer = await SseReader.OpenAsync(_gateway.Client, Events);
        Assert.Equal("1 run.created", (await viewer.NextAsync())!.Short);
        Assert.Equal("2 run.started", (await viewer.NextAsync())!.Short);
        Speak();
        _run.Overflow();
        Assert.Equal("3 model.started", (await viewer.NextAsync())!.Short);
        End();
        var rest = await viewer.RestAsync();
        Assert.Equal([4, 5, 6], Durable(rest));
        Assert.Equal(rest.Count, rest.Select(e => e.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_cursor_beyond_the_head_gets_a_gap_with_the_view()
    {
        Speak();
        End();
        using var reader = await SseReader.OpenAsync(_gateway.Client, Events, "99");
        var gap = Assert.Single(await reader.RestAsync());
        Assert.Equal(("6", "gap"), (gap.Id, gap.Name));
        Assert.Equal("99", gap.Json.GetProperty("data").GetProperty("cursor").GetString());
        Assert.Equal("completed", gap.Json.GetProperty("data").GetProperty("view").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Beyond_the_head_of_a_run_that_goes_on_the_stream_goes_on_after_the_gap()
    {
        using var reader = await SseReader.OpenAsync(_gateway.Client, Events, "9.1.4");
        Assert.Equal("gap", (await reader.NextAsync())!.Name);
        Speak();
        End();
        var rest = await reader.RestAsync();
        Assert.Equal([3, 4, 5, 6], Durable(rest));
        Assert.Equal("Hi 😀 you", TextOf(rest));
    }

    [Fact]
    public async Task After_the_last_event_there_is_no_content()
    {
        Speak();
        End();
        using var reader = await SseReader.OpenAsync(_gateway.Client, Events, "6");
        Assert.Equal(HttpStatusCode.NoContent, reader.Response.StatusCode);
    }

    [Theory, InlineData("x"), InlineData("-1"), InlineData("1.1"), InlineData("2.1.1"), InlineData("3.2.1")]
    public async Task A_cursor_that_no_stream_gave_out_is_refused(string cursor)
    {
        Speak();
        using var reader = await SseReader.OpenAsync(_gateway.Client, Events, cursor);
        Assert.Equal(HttpStatusCode.BadRequest, reader.Response.StatusCode);
        Assert.Contains("\"code\":\"invalid_cursor\"", await reader.TextAsync());
    }

    [Fact]
    public async Task Without_names_a_browser_hands_everything_to_one_listener()
    {
        Speak();
        End();
        using var reader = await SseReader.OpenAsync(_gateway.Client, Events + "?names=false");
        Assert.All(await reader.RestAsync(), e => Assert.Null(e.Name));
    }

    [Fact]
    public async Task The_data_of_an_event_is_what_the_journal_holds()
    {
        Speak();
        End();
        using var reader = await SseReader.OpenAsync(_gateway.Client, Events);
        var page = (await _gateway.SendAsync(HttpMethod.Get, Events)).Body.GetProperty("items").EnumerateArray().Select(e => e.GetRawText());
        Assert.Equal(page, (await reader.RestAsync()).Select(e => e.Data));
    }

    [Fact]
    public async Task An_export_is_every_event_on_a_line()
    {
        Speak();
        End();
        var lines = (await _gateway.Client.GetStringAsync(new Uri($"/v1/runs/{SampleEvents.RunId}/export", UriKind.Relative), TestContext.Current.CancellationToken)).Split('\n');
        Assert.Equal("", lines[^1]);
        using var reader = await SseReader.OpenAsync(_gateway.Client, Events);
        Assert.Equal((await reader.RestAsync()).Select(e => e.Data), lines[..^1]);
    }

    private void Speak() => _run.Record(SampleEvents.ModelStarted(1, 1)).Say("Hi ").Say("😀")
        .Record(new RunPaused(PauseMode.Step, PauseReason.User)).Say(" you");

    private void End(bool completed = false)
    {
        if (!completed)
        {
            _run.Record(SampleEvents.ModelCompleted(1, 1, "Hi 😀 you"));
        }

        _run.Record(new RunCompleted("Hi 😀 you", new()));
    }

    /// <summary>Pieces of text that follow on each other as one, as they are told to whoever is a little late.</summary>
    private static List<string> Joined(List<SseEvent> events)
    {
        var joined = new List<(SseEvent Last, string Text)>();
        foreach (var e in events)
        {
            if (e.Name == "model.delta" && joined is [.., { Last.Name: "model.delta" } before])
            {
                joined[^1] = (e, before.Text + TextOf([e]));
            }
            else
            {
                joined.Add((e, TextOf([e])));
            }
        }

        return [.. joined.Select(j => j.Last.Name == "model.delta" ? $"{j.Last.Id} \"{j.Text}\"" : j.Last.Short)];
    }

    private static string TextOf(IEnumerable<SseEvent> events) => string.Concat(
        events.Where(e => e.Name == "model.delta").Select(e => e.Json.GetProperty("data").GetProperty("text").GetString()));

    private static IEnumerable<int> Durable(IEnumerable<SseEvent> events) =>
        events.Where(e => e.Name != "model.delta").Select(e => int.Parse(e.Id!));
}
