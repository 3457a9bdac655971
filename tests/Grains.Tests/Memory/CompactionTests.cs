using System.Text.Json;
using CsCheck;
using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Memory.Compression;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Grains.Tests.Specs;

namespace OrleansAgents.Grains.Tests.Memory;

/// <summary>When summaries are due, and what they are.</summary>
public sealed class CompactionTests
{
    private const int Chunk = 300;
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Summaries_stand_for_all_but_the_newest_turns_without_overlap_and_few_of_them()
    {
        var transcript = Of(Enumerable.Range(1, 200).Select(n => Talk(n)));
        var memory = Compressed(transcript, Chunk);

        var covered = memory.Current.SelectMany(c => Enumerable.Range(c.FromTurn, c.ThroughTurn - c.FromTurn + 1)).ToList();
        Assert.Equal(Enumerable.Range(1, covered.Count), covered);
        Assert.InRange(transcript.Turns.Skip(covered.Count).Sum(t => t.Tokens), Chunk / 2, 2 * Chunk);
        Assert.InRange(memory.Current.Length, 2, 12);
        Assert.All(memory.Current, c => Assert.True(c.TokensAfter < c.TokensBefore));
        Assert.Contains(memory.Current, c => c.Level >= 2);
        Assert.All(memory.Versions.SelectMany(v => v).Where(c => c.Level > 0), c => Assert.InRange(c.Dropped.Count, 1, 4));
        Assert.Equal(memory.Version + 1, memory.Versions.Count);
    }

    [Fact]
    public void A_range_never_spans_a_turn_that_is_gone()
    {
        var memory = Compressed(Of(Enumerable.Range(1, 200).Where(n => n is not (37 or 90)).Select(n => Talk(n))), Chunk);
        Assert.NotEmpty(memory.Current);
        Assert.DoesNotContain(memory.Versions.SelectMany(v => v), c => MemoryState.Covers(c, 37) || MemoryState.Covers(c, 90));
    }

    [Fact]
    public void A_restored_memory_stays_as_it_is_and_newer_turns_go_on()
    {
        var transcript = Of(Enumerable.Range(1, 100).Select(n => Talk(n)));
        var full = Compressed(transcript, Chunk);
        var restored = MemoryState.Evolve(full, new MemoryRestored(full.Version + 1, 2, "ann"), Start);

        Assert.Equal(full.Versions[2], restored.Current);
        Assert.Null(Compaction.Due(restored, transcript.Turns, Chunk, Chunk / 2, Start));
        Enumerable.Range(101, 40).ToList().ForEach(n => transcript.Add(Talk(n)));
        var on = Compressed(transcript, Chunk, restored);
        Assert.All(full.Versions[2], c => Assert.Contains(c, on.Current));
        Assert.Contains(on.Current, c => c.FromTurn > full.Current[^1].ThroughTurn);
    }

    [Fact]
    public void What_stands_on_a_forgotten_turn_is_in_no_version()
    {
        var memory = Compressed(Of(Enumerable.Range(1, 100).Select(n => Talk(n))), Chunk);
        var forgotten = MemoryState.Evolve(memory, new MemoryForgotten(memory.Version + 1, 5), Start);

        Assert.Contains(memory.Versions, v => v.Any(c => MemoryState.Covers(c, 5)));
        Assert.DoesNotContain(forgotten.Versions, v => v.Any(c => MemoryState.Covers(c, 5)));
        Assert.NotEmpty(forgotten.Current);
    }

    [Fact]
    public void After_three_failures_in_a_row_it_is_left_alone_for_a_while_and_longer_each_time()
    {
        var transcript = Of(Enumerable.Range(1, 50).Select(n => Talk(n)));
        var memory = MemoryState.Empty;
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            memory = MemoryState.Evolve(memory, new MemoryFailed("blank", "", 1, 5, attempt, MemoryState.RetryAt(attempt, Start)), Start);
            Assert.NotNull(Compaction.Due(memory, transcript.Turns, Chunk, Chunk, Start));
        }

        memory = MemoryState.Evolve(memory, new MemoryFailed("blank", "", 1, 5, 3, MemoryState.RetryAt(3, Start)), Start);
        Assert.Null(Compaction.Due(memory, transcript.Turns, Chunk, Chunk, Start.AddMinutes(9)));
        Assert.NotNull(Compaction.Due(memory, transcript.Turns, Chunk, Chunk, Start.AddMinutes(10)));
        Assert.Equal([10, 20, 40, 24 * 60], new[] { 3, 4, 5, 40 }.Select(n => (MemoryState.RetryAt(n, Start)!.Value - Start).TotalMinutes));
        Assert.Equal(0, memory.Version);
    }

    [Fact]
    public void What_was_recalled_is_not_remembered_as_new()
    {
        var transcript = Of([
            new(1, "run_1", Start, [
                new UserMessage("show it"),
                new AssistantMessage([], [new("call_1_1", "p1", "recall", JsonElement.Parse("{}"u8), null), new("call_1_2", "p2", "look", JsonElement.Parse("{}"u8), null)]),
                new ToolMessage("call_1_1", "p1", """{"order":"A-1187"}""", false), new ToolMessage("call_1_2", "p2", """{"order":"B-2298"}""", false),
                new AssistantMessage([new TextPart("There.")], [])]),
            .. Enumerable.Range(2, 60).Select(n => Talk(n))]);

        var told = ((MemoryMessage)transcript.Assemble("hm", 1_000).Messages[0]).Text;
        Assert.Contains("B-2298", told);
        Assert.DoesNotContain("A-1187", told);
        Assert.DoesNotContain("A-1187", new Compressor(transcript, new(0, 1, 3, [])).Record());
    }

    [Fact]
    public void Random_conversations_compacted_up_to_three_times_are_valid_within_the_budget_and_the_same_after_a_restart() =>
        Gen.Select(Gen.Select(Gen.Int[0, 3], Gen.Int[1, 120], Gen.Int[0, 20], Gen.Bool).Array[1, 25], Gen.Int[60, 1_200], Gen.Int[1, 3], Gen.Bool).Sample(
            (moves, budget, times, extractive) =>
            {
                var turns = moves.Select((m, i) => Histories.Turn(i + 1, m.Item1, m.Item2, m.Item3, m.Item4, Start)).ToList();
                var (transcript, events) = (Of(turns), new List<ThreadEvent>());
                var memory = MemoryState.Empty;
                for (var time = 0; time < times && Compaction.Due(memory, turns, 50 * (time + 1), 50, Start) is { } due; time++)
                {
                    var compressor = new Compressor(transcript, due);
                    events.Add(extractive ? compressor.Extract(memory.Version + 1) : compressor.Written(memory.Version + 1, "writer", $"Known: it was {time}.", "w1; id2", new Usage(10)));
                    memory = MemoryState.Evolve(memory, events[^1], Start);
                }

                var context = transcript.Assemble($"what about w{budget % 40} and id{budget % 7}?", budget, memory);
                Wire.IsValid([.. context.Messages]);
                Assert.True(context.Messages.Sum(Tokens.Of) <= budget, $"{context.Messages.Sum(Tokens.Of)} of {budget}");

                var again = events.Select(e => (ThreadEvent)EventCodec.Decode(EventCodec.NameOf(e), EventCodec.Encode(e))!).Aggregate(MemoryState.Empty, (m, e) => MemoryState.Evolve(m, e, Start));
                Assert.Equal(context.ToBody(), Of(turns).Assemble($"what about w{budget % 40} and id{budget % 7}?", budget, again).ToBody());
                Assert.Equal(context.ToBody(), EarlierContext.FromBody(context.ToBody()).ToBody());
            },
            iter: 10_000);

    private static Turn Talk(int n) => new(n, $"run_{n}", Start.AddDays(n - 1), [
        new UserMessage($"What about topic {n % 13}, please?"),
        new AssistantMessage([new TextPart($"Topic {n % 13} has number {1000 + n}. {string.Join(' ', Enumerable.Range(0, 20).Select(i => $"w{(n * i) % 70}"))}.")], [])]);

    private static MemoryState Compressed(Transcript transcript, long chunk, MemoryState? from = null)
    {
        var memory = from ?? MemoryState.Empty;
        while (Compaction.Due(memory, transcript.Turns, chunk, chunk / 2, Start) is { } due)
        {
            memory = MemoryState.Evolve(memory, new Compressor(transcript, due).Extract(memory.Version + 1), Start);
        }

        return memory;
    }

    private static Transcript Of(IEnumerable<Turn> turns)
    {
        var transcript = new Transcript();
        turns.ToList().ForEach(transcript.Add);
        return transcript;
    }
}
