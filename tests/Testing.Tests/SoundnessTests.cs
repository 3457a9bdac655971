using System.Text.Json;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Testing.Tests;

/// <summary>The check of every journal: silent on what engines wrote, and it sees each fault that is planted.</summary>
public sealed class SoundnessTests
{
    private static readonly Dictionary<string, ToolEffect> Effects = new() { ["pay"] = ToolEffect.AtMostOnce };
    private readonly Desk _desk = new();

    public static TheoryData<string> Recorded() =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Recorded"), "*.ndjson").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_recorded_journal_is_sound(string file)
    {
        var rows = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Recorded", file)).Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Select(e => new JournalEvent(
                "run_1", e.GetProperty("seq").GetInt64(), e.GetProperty("at").GetDateTimeOffset(), e.GetProperty("type").GetString()!, null,
                JsonSerializer.SerializeToUtf8Bytes(e.GetProperty("data")))).ToList();

        Assert.True(rows.Count > 3, $"{file} has {rows.Count} events.");
        Assert.Empty(JournalRules.Check(rows, Effects));
    }

    [Fact]
    public async Task Every_planted_fault_is_seen()
    {
        var rows = await PaidAsync();
        Assert.Empty(JournalRules.Check(rows, Effects));
        Assert.Equal(
            ["run.created", "run.started", "model.started", "model.completed", "tool.started", "tool.completed", "model.started", "model.completed", "run.completed"],
            rows.Select(r => r.Type));

        Sees("6 tool.completed: seq 5 should stand here.", [.. rows[..4], .. rows[5..]]);
        Sees("1 run.started: run.created stands first, and once.", Again(rows[1..]));
        Sees("10 run.started: only feedback follows run.completed, which is the end.", Again([.. rows, rows[1]]));
        Sees("attempt 1 of step 1 follows attempt 1.", Again([.. rows[..3], rows[2], .. rows[3..]]));
        Sees("step 1 has two answers.", Again([.. rows[..4], rows[3], .. rows[4..]]));
        Sees("step 3 has its answer, and the model is asked again.", Again([.. rows[..8], rows[6], .. rows[8..]]));
        Sees("attempt 1 of step 1 ends, which is not open.", Again([.. rows[..2], .. rows[3..]]));
        Sees("call_1_1: attempt 1 follows attempt 1.", Again([.. rows[..5], rows[4], .. rows[5..]]));
        Sees("call_1_1: attempt 1 begins while attempt 1 is open.", Again([.. rows[..5], rows[4], .. rows[5..]]));
        Sees("call_1_1: it has two results.", Again([.. rows[..6], rows[5], .. rows[6..]]));
        Sees("call_1_1: it has its result, and is called again.", Again([.. rows[..6], rows[4], .. rows[6..]]));
        Sees("call_1_1: attempt 1 ends, which is not open.", Again([.. rows[..4], .. rows[5..]]));
        Sees("run.completed: a call is still open.", Again([.. rows[..5], .. rows[6..]]));
        var repeated = With<ToolStarted>(rows[4], t => t with { Attempt = 2 });
        var cut = Row(rows[4], new ToolFailed("call_1_1", 1, new("interrupted", "Cut."), ToolOutcome.Interrupted, WillRetry: true));
        Sees("call_1_1: pay must not happen twice, and is called again without anybody's word.", Again([.. rows[..5], cut, repeated, With<ToolCompleted>(rows[5], t => t with { Attempt = 2 }), .. rows[6..]]));
        Sees("call_1_1: its idempotency key has changed.", Again([.. rows[..5], cut, With<ToolStarted>(repeated, t => t with { IdempotencyKey = "other" })]));
    }

    [Fact]
    public async Task An_unsound_journal_is_not_handed_out()
    {
        var rows = await PaidAsync();

        var e = Assert.Throws<AgentTestException>(() => RunJournal.Of("run_1", Again([.. rows[..4], rows[3], .. rows[4..]]), Effects));

        Assert.Contains("The journal of run_1 is not sound:\n  5 model.completed: step 1 has two answers.", e.Message, StringComparison.Ordinal);
    }

    private async Task<JournalEvent[]> PaidAsync()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.Calls("pay", new { line = "a" }).Says("Paid.");
        return [.. (await (await agents.RunAsync("clerk", "Pay a.")).UntilEnded()).Rows];
    }

    private static void Sees(string violation, IReadOnlyList<JournalEvent> rows)
    {
        var violations = JournalRules.Check(rows, Effects);
        Assert.True(violations.Any(v => v.EndsWith(violation, StringComparison.Ordinal)), $"'{violation}' was not seen, but: {string.Join('\n', violations)}");
    }

    private static JournalEvent[] Again(IEnumerable<JournalEvent> rows) => [.. rows.Select((r, i) => r with { Seq = i + 1 })];

    private static JournalEvent With<T>(JournalEvent row, Func<T, T> change)
        where T : Event => Row(row, change((T)row.Decode()!));

    private static JournalEvent Row(JournalEvent like, Event e) => like with { Type = EventCodec.NameOf(e), Data = EventCodec.Encode(e) };
}
