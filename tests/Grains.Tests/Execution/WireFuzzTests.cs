using System.Text.Json;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Models.Wire;
using OrleansAgents.Testing;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>Chat completions that are changed by chance.</summary>
public sealed class ChatFuzzTests() : WireFuzzTests(RecordedStreams.Chat, answer => new ChatAnswer(answer))
{
    [Fact]
    public Task Wherever_the_end_is_said_all_calls_are_given_and_whole() => EachAsync(async (seed, random) =>
    {
        var recorded = random.Next(Recorded.Length);
        var events = Recorded[recorded].ToList();
        for (var ends = random.Next(4); ends > 0; ends--)
        {
            events.Insert(random.Next(events.Count + 1), RecordedStreams.Finish("tool_calls"));
        }

        var calls = (await ReadAsync(RecordedStreams.Body(events, random), random)).Calls;
        Assert.True(
            calls.All(c => c.Invalid is null) && RecordedStreams.Words[..RecordedStreams.Calls[recorded]].SequenceEqual(calls.Select(c => c.Arguments.GetProperty("word").GetString()!)),
            $"Seed {seed}: {string.Join(", ", calls)}");
    });
}

/// <summary>Responses that are changed by chance.</summary>
public sealed class ResponsesFuzzTests() : WireFuzzTests(RecordedStreams.Responses, answer => new ResponsesAnswer(answer))
{
    [Fact]
    public Task Whatever_is_sent_twice_no_call_is_lost() => EachAsync(async (seed, random) =>
    {
        var recorded = random.Next(Recorded.Length);
        var events = Recorded[recorded].ToList();
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            RecordedStreams.Repeat(events, random, isChat: false);
        }

        var calls = (await ReadAsync(RecordedStreams.Body(events, random), random)).Calls;
        Assert.True(
            RecordedStreams.Words[..RecordedStreams.Calls[recorded]].SequenceEqual(calls.Select(c => c.Arguments.GetProperty("word").GetString()!)), $"Seed {seed}: {string.Join(", ", calls)}");
    });
}

/// <summary>Streams that are changed by chance, each by its seed: an answer is taken, refused or failed in words, and no call is given that was not asked for, or twice.</summary>
public abstract class WireFuzzTests
{
    /// <summary>How many seeds are tried; set <c>WIRE_FUZZ_CASES</c> for more than the everyday number.</summary>
    private static readonly int Cases = int.TryParse(Environment.GetEnvironmentVariable("WIRE_FUZZ_CASES"), out var cases) ? cases : 500;

    /// <summary>Seeds that once failed. 4029: an argument whose bytes are no UTF-8.</summary>
    private static readonly int[] Found = [4029];

    private readonly Func<AnswerBuilder, IWireAnswer> _begin;

    /// <param name="recorded">Streams in the order of <see cref="RecordedStreams"/>.</param>
    /// <param name="begin">Makes the reader of the wire.</param>
    private protected WireFuzzTests(string[][] recorded, Func<AnswerBuilder, IWireAnswer> begin) => (Recorded, _begin) = (recorded, begin);

    protected string[][] Recorded { get; }

    [Fact]
    public Task Whatever_is_sent_twice_early_or_in_pieces_every_call_is_given_once() => EachAsync(async (seed, random) =>
    {
        var recorded = random.Next(Recorded.Length);
        var events = Recorded[recorded].ToList();
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            RecordedStreams.Repeat(events, random, isChat: Recorded == RecordedStreams.Chat);
        }

        var answer = await ReadAsync(RecordedStreams.Body(events, random), random);
        var words = answer.Calls.Where(c => c.Invalid is null).Select(c => c.Arguments.GetProperty("word").GetString()!).ToList();
        Assert.True(words.Count == words.Distinct().Count() && words.All(RecordedStreams.Words.Contains), $"Seed {seed}: {string.Join(", ", words)}");
    });

    [Fact]
    public Task Whatever_is_sent_the_answer_ends() => EachAsync(async (seed, random) =>
    {
        try
        {
            await ReadAsync(RecordedStreams.Spoilt(Recorded[random.Next(Recorded.Length)], random), random);
        }
        catch (Exception e) when (e is not JsonException)
        {
            Assert.Fail($"Seed {seed}: {e}");
        }
        catch (JsonException)
        {
            // Refused in words.
        }
    });

    protected static async Task EachAsync(Func<int, Random, Task> one)
    {
        foreach (var seed in Enumerable.Range(0, Cases).Concat(Found))
        {
            await one(seed, new Random(seed));
        }
    }

    private protected async Task<(IReadOnlyList<ProviderCall> Calls, string Text)> ReadAsync(byte[] body, Random random)
    {
        var answer = new AnswerBuilder((_, _) => { });
        await using var stream = new ServerStream(new Slow(body, random), null, _begin);
        while (await stream.ReadAsync(answer, TestContext.Current.CancellationToken))
        {
        }

        var calls = answer.Finish is null ? [] : CallReader.Read(answer.Calls, ModelBench.Tools.ToDictionary(t => t.Name), false);
        return (calls, string.Concat(answer.Close().Select(p => p.Value.Preview)));
    }

    /// <summary>Comes in pieces of any size.</summary>
    private sealed class Slow(byte[] body, Random random) : MemoryStream(body)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, random.Next(1, 50))], cancellationToken);
    }
}
