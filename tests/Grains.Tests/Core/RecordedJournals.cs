using System.Text;
using System.Text.Json;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Runs;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>Journals as earlier builds exported them: every later build folds them to the same end, and writes them byte for byte.</summary>
public sealed class RecordedJournals
{
    [Fact]
    public void A_run_that_was_paused_killed_and_completed_folds_to_its_answer()
    {
        var rows = Read("paused-killed-completed");
        var state = RunFold.From(null, rows);

        Assert.Equal((RunStatus.Completed, 21L, 3, 3), (Standing.StatusOf(state), state.Head, state.Usage.ModelCalls, state.Usage.ToolCalls));
        Assert.Equal(((RunCompleted)rows[^1].Decode()!).Output, state.Output);
    }

    public static TheoryData<string> Names =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Recorded"), "*.ndjson").Select(f => Path.GetFileNameWithoutExtension(f)!)];

    [Theory, MemberData(nameof(Names))]
    public void A_snapshot_at_any_seq_folds_to_the_same_state(string name)
    {
        var rows = Read(name);
        var whole = Convert.ToHexString(RunFold.ToSnapshot(RunFold.From(null, rows)).Data);
        for (var n = 1; n < rows.Count; n++)
        {
            var snapshot = RunFold.ToSnapshot(RunFold.From(null, rows[..n]));
            Assert.Equal(whole, Convert.ToHexString(RunFold.ToSnapshot(RunFold.From(snapshot, rows[n..])).Data));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_event_is_written_again_as_it_was_read(string name) =>
        Assert.All(Read(name), row => Assert.Equal(
            Encoding.UTF8.GetString(row.Data), Encoding.UTF8.GetString(EventCodec.Encode(row.Decode()!))));

    [Fact]
    public void An_event_of_a_newer_build_is_left_to_it()
    {
        var rows = Read("paused-killed-completed");
        rows[^1] = rows[^1] with { Type = "run.transcended" };
        Assert.Contains("run.transcended", Assert.Throws<NewerBuildException>(() => RunFold.From(null, rows)).Message);
    }

    private static List<JournalEvent> Read(string name) =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Recorded", name + ".ndjson")).Select(Parse)];

    private static JournalEvent Parse(string line)
    {
        var e = JsonDocument.Parse(line).RootElement;
        return new(
            e.GetProperty("runId").GetString()!, e.GetProperty("seq").GetInt64(), e.GetProperty("at").GetDateTimeOffset(),
            e.GetProperty("type").GetString()!, e.TryGetProperty("commandId", out var id) ? id.GetString() : null,
            Encoding.UTF8.GetBytes(e.GetProperty("data").GetRawText()));
    }
}
