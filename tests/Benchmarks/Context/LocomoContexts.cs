using System.Text.Json;
using OrleansAgents.Core;
using OrleansAgents.Core.Memory;

namespace OrleansAgents.Benchmarks.Context;

/// <summary>For each question of a LoCoMo conversation, the turns that retrieval puts into a context of 1, 2, 4 and 8 thousand tokens.</summary>
internal static class LocomoContexts
{
    private static readonly int[] Budgets = [1_000, 2_000, 4_000, 8_000];

    public static IEnumerable<string> Lines(JsonElement samples)
    {
        foreach (var sample in samples.EnumerateArray())
        {
            var conversation = new Conversation(sample.GetProperty("conversation"));
            var id = sample.GetProperty("sample_id").GetString();
            var number = 0;
            foreach (var qa in sample.GetProperty("qa").EnumerateArray())
            {
                var ranked = conversation.Index.Rank(qa.GetProperty("question").ToString());
                foreach (var budget in Budgets)
                {
                    var taken = Packing.Take(ranked, i => conversation.Turns[i].Passage, n => conversation.Headers[n], budget);
                    yield return JsonSerializer.Serialize(new
                    {
                        sample_id = id,
                        qa = number,
                        budget,
                        dia_ids = taken.Select(i => conversation.Turns[i].Id),
                    });
                }

                number++;
            }
        }
    }

    /// <summary>A turn costs what its rendered line does ("Speaker: text"), a session's header what the line with its date does.</summary>
    private sealed class Conversation
    {
        public Conversation(JsonElement sessions)
        {
            for (var n = 1; n <= sessions.EnumerateObject().Count(); n++)
            {
                if (sessions.TryGetProperty($"session_{n}", out var turns))
                {
                    var date = sessions.TryGetProperty($"session_{n}_date_time", out var d) ? d.GetString() : "date unknown";
                    Headers[n] = (int)Tokens.Of($"[Session {n}, {date}]\n");
                    foreach (var turn in turns.EnumerateArray())
                    {
                        Add(n, turn);
                    }
                }
            }
        }

        public PassageIndex Index { get; } = new();

        public List<(string Id, Passage Passage)> Turns { get; } = [];

        public Dictionary<int, int> Headers { get; } = [];

        private void Add(int session, JsonElement turn)
        {
            var speaker = turn.GetProperty("speaker").GetString()!;
            var text = turn.GetProperty("text").GetString()!;
            if (turn.TryGetProperty("blip_caption", out var caption))
            {
                text += $" [image: {caption.GetString()}]";
            }

            var passage = new Passage(Turns.Count, session, speaker, text, (int)Tokens.Of($"{speaker}: {text}\n"));
            Turns.Add((turn.GetProperty("dia_id").GetString()!, passage));
            Index.Add(passage);
        }
    }
}
