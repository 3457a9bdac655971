using System.Text.Json;
using OrleansAgents.Grains.Runs;

namespace OrleansAgents.Testing;

/// <summary>Says where a history breaks a promise (P1–P5). A pure function of what was seen; of the engine it uses the event records and the fold of a view.</summary>
internal static class HistoryChecker
{
    /// <returns>One sentence for each violation; none for a clean history.</returns>
    public static IReadOnlyList<string> Check(History history)
    {
        var tools = history.Tools.ToLookup(t => t.Run);
        var models = history.Models.ToLookup(m => m.Run);
        var client = history.Client.ToLookup(c => c.Run);
        var violations = new List<string>();
        foreach (var run in history.Runs)
        {
            void Say(string what) => violations.Add($"{run.Id}: {what}");

            var steps = new StepRules(run, history.Effects, Say);
            steps.Check();
            CommandRules.Check(run, [.. client[run.Id]], Say);
            EffectRules.Check(run, [.. tools[run.Id]], history.Effects, Say);
            ModelRules.Check(run, [.. models[run.Id]], Say);
            CheckView(run, Say);
        }

        var known = history.Runs.Select(r => r.Id).ToHashSet();
        violations.AddRange(history.Tools.Where(t => !known.Contains(t.Run)).Select(t => $"{t.Run}: {t.Tool} acted for a run that has no journal."));
        violations.AddRange(history.Client.Where(c => !known.Contains(c.Run)).Select(c => $"{c.Run}: {c.Op} was acknowledged, and there is no journal."));
        return violations;
    }

    /// <summary>What was served is what the events fold to, and it is a place to stop at.</summary>
    private static void CheckView(RunRecord run, Action<string> say)
    {
        if (run.Events.Count == 0)
        {
            return;
        }

        try
        {
            var folded = Views.Of(run.Id, RunFold.From(null, run.Events), run.Events[0], null);
            var json = JsonSerializer.Serialize(folded);
            if (json != run.View)
            {
                say($"the view served is not the fold of the events: {run.View} instead of {json}");
            }

            if (folded is not ({ EndedAt: not null } or { Status: Events.RunStatus.Paused, Reason: not null }
                or { Status: Events.RunStatus.Waiting, Reason: Events.WaitReason.Decision }))
            {
                say($"it is neither ended nor paused nor waiting for a person, but {folded.Status} {folded.Reason}.");
            }
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidCastException or NullReferenceException or KeyNotFoundException)
        {
            say($"its events do not fold: {e.Message}");
        }
    }
}
