using OrleansAgents.Events;

namespace OrleansAgents.Testing;

/// <summary>P3 for models: one attempt is at most one request, an answered step is never asked again, answers are recorded as given.</summary>
internal static class ModelRules
{
    public static void Check(RunRecord run, IReadOnlyList<ModelLine> requests, Action<string> say)
    {
        var attempts = run.Events.Select(e => e.Decode()).OfType<ModelStarted>().GroupBy(m => m.Step)
            .OrderBy(g => g.Key).Select(g => (Step: g.Key, Count: g.Count())).ToList();
        var answers = run.Events.Select(e => (e.At, Event: e.Decode() as ModelCompleted)).Where(e => e.Event is not null)
            .ToLookup(e => e.Event!.Step);
        foreach (var turn in requests.GroupBy(r => r.Turn).OrderBy(g => g.Key))
        {
            if (turn.Key >= attempts.Count)
            {
                say($"the model was asked for turn {turn.Key}, and the journal has no such step.");
                continue;
            }

            var (step, count) = attempts[turn.Key];
            if (turn.Count() > count)
            {
                say($"step {step} was asked {turn.Count()} times in {count} attempts.");
            }

            foreach (var (at, answer) in answers[step])
            {
                if (turn.Any(r => r.At > at))
                {
                    say($"step {step} was asked again after its answer.");
                }

                var text = string.Concat(answer!.Content.OfType<TextPart>().Select(p => p.Text.Inline));
                if (!turn.Any(r => r.Answer == text))
                {
                    say($"the answer recorded for step {step} is '{text}'; the model said {string.Join(" or ", turn.Select(r => r.Answer))}.");
                }
            }
        }

        for (var turn = 0; turn < attempts.Count; turn++)
        {
            if (answers.Contains(attempts[turn].Step) && requests.All(r => r.Turn != turn))
            {
                say($"step {attempts[turn].Step} has an answer, and the model was never asked.");
            }
        }
    }
}
