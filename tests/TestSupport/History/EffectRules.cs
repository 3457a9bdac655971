using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Testing;

/// <summary>P3, P4: no effect without an earlier intent, at most one where only one may be, and results as the tool gave them.</summary>
internal static class EffectRules
{
    public static void Check(
        RunRecord run, IReadOnlyList<ToolLine> acts, IReadOnlyDictionary<string, ToolEffect> effects, Action<string> say)
    {
        var events = run.Events.Select(e => (Row: e, Event: e.Decode())).ToList();
        var intents = events.Where(e => e.Event is ToolStarted).ToLookup(e => Key(((ToolStarted)e.Event!).CallId, ((ToolStarted)e.Event!).Attempt));
        foreach (var act in acts)
        {
            if (!intents[Key(act.CallId, act.Attempt)].Any(i => ((ToolStarted)i.Event!).IdempotencyKey == act.Key && i.Row.At <= act.At))
            {
                say($"{act.Tool} acted for {act.CallId} attempt {act.Attempt} by {act.Key} without an earlier intent.");
            }
        }

        foreach (var twice in acts.GroupBy(a => Key(a.CallId, a.Attempt)).Where(g => g.Count() > 1))
        {
            say($"{twice.Key.CallId} attempt {twice.Key.Attempt} acted {twice.Count()} times.");
        }

        foreach (var act in acts.Where(a => effects[a.Tool] == ToolEffect.AtMostOnce).GroupBy(a => a.Key).Where(g => g.Count() > 1))
        {
            CheckRepeats([.. act], intents, events, say);
        }

        foreach (var done in events.Select(e => e.Event).OfType<ToolCompleted>())
        {
            var said = acts.Where(a => Key(a.CallId, a.Attempt) == Key(done.CallId, done.Attempt)).ToList();
            if (said.Count == 0 || said.Any(a => a.Result != done.Result.Inline))
            {
                say($"{done.CallId} attempt {done.Attempt} is recorded as '{done.Result.Inline}'; the tool said {(said.Count == 0 ? "nothing" : said[0].Result)}.");
            }
        }
    }

    /// <summary>Between two effects of one key somebody must have said retry.</summary>
    private static void CheckRepeats(
        IReadOnlyList<ToolLine> acts, ILookup<(string CallId, int Attempt), (JournalEvent Row, Event? Event)> intents,
        List<(JournalEvent Row, Event? Event)> events, Action<string> say)
    {
        for (var i = 1; i < acts.Count; i++)
        {
            var from = Seq(acts[i - 1]);
            var to = Seq(acts[i]);
            if (!events.Any(e => e.Event is DecisionResolved { Decision: CallDecision.Retry } d && d.CallId == acts[i].CallId && e.Row.Seq > from && e.Row.Seq < to))
            {
                say($"{acts[i].Tool} acted again by {acts[i].Key}, and nobody said retry.");
            }
        }

        long Seq(ToolLine act) => intents[Key(act.CallId, act.Attempt)].Select(x => x.Row.Seq).FirstOrDefault();
    }

    private static (string CallId, int Attempt) Key(string callId, int attempt) => (callId, attempt);
}
