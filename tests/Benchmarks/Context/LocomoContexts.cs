using System.Globalization;
using System.Text.Json;
using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Memory.Compression;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Benchmarks.Context;

/// <summary>For each question of a LoCoMo conversation, what the next turn is told of it in 1, 2, 4 and 8 thousand tokens.</summary>
internal static class LocomoContexts
{
    private static readonly int[] Budgets = [1_000, 2_000, 4_000, 8_000];

    /// <param name="compressed">After the extractive compressor has done all that is due.</param>
    public static IEnumerable<string> Lines(JsonElement samples, bool compressed)
    {
        foreach (var sample in samples.EnumerateArray())
        {
            var transcript = new Transcript();
            foreach (var turn in Turns(sample.GetProperty("conversation")))
            {
                transcript.Add(turn);
            }

            var memory = compressed ? Compressed(transcript) : MemoryState.Empty;
            foreach (var (number, qa) in sample.GetProperty("qa").EnumerateArray().Index())
            {
                foreach (var budget in Budgets)
                {
                    yield return JsonSerializer.Serialize(new
                    {
                        sample_id = sample.GetProperty("sample_id").GetString(),
                        qa = number,
                        budget,
                        text = string.Join('\n', transcript.Assemble(qa.GetProperty("question").ToString(), budget, memory).Messages.Select(Text)),
                    });
                }
            }
        }
    }

    /// <summary>The memory once nothing more is due.</summary>
    public static MemoryState Compressed(Transcript transcript, long chunk = 3_000)
    {
        var memory = MemoryState.Empty;
        while (Compaction.Due(memory, transcript.Turns, chunk, chunk / 2, default) is { } due)
        {
            memory = MemoryState.Evolve(memory, new Compressor(transcript, due).Extract(memory.Version + 1), default);
        }

        return memory;
    }

    private static IEnumerable<Turn> Turns(JsonElement conversation)
    {
        var number = 0;
        for (var n = 1; n <= conversation.EnumerateObject().Count(); n++)
        {
            if (conversation.TryGetProperty($"session_{n}", out var said))
            {
                var at = DateTimeOffset.ParseExact(
                    conversation.GetProperty($"session_{n}_date_time").GetString()!, "h:mm tt 'on' d MMMM, yyyy", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
                foreach (var line in said.EnumerateArray())
                {
                    var text = line.GetProperty("text").GetString()!;
                    text += line.TryGetProperty("blip_caption", out var caption) ? $" [image: {caption.GetString()}]" : "";
                    yield return new(++number, "", at, [new UserMessage(text)], line.GetProperty("speaker").GetString()!);
                }
            }
        }
    }

    private static string Text(RequestMessage message) => message switch
    {
        UserMessage user => user.Text,
        MemoryMessage memory => memory.Text,
        _ => throw new NotSupportedException($"Nobody says a {message.GetType().Name} here."),
    };
}
