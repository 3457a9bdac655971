using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Testing;

/// <summary>What holds for every journal of a run: seqs without holes, one result for each step, attempts that never repeat, an end that is the end.</summary>
/// <remarks>A reading of the events on its own, so that it can contradict the engine. Events that it does not know are passed over.</remarks>
internal sealed class JournalRules
{
    private readonly Dictionary<int, (int Attempt, bool Open, bool Answered)> _steps = [];
    private readonly Dictionary<string, CallRules> _calls = [];
    private readonly List<string> _violations = [];
    private readonly IReadOnlyDictionary<string, ToolEffect> _effects;

    private JournalRules(IReadOnlyDictionary<string, ToolEffect> effects) => _effects = effects;

    /// <param name="effects">What each tool was declared to be; of others nothing is claimed.</param>
    /// <returns>One sentence for each violation.</returns>
    public static IReadOnlyList<string> Check(IReadOnlyList<JournalEvent> rows, IReadOnlyDictionary<string, ToolEffect> effects)
    {
        var rules = new JournalRules(effects);
        var (seq, end) = (0L, (string?)null);
        foreach (var row in rows)
        {
            rules.Require(row.Seq == ++seq, row, $"seq {seq} should stand here");
            seq = row.Seq;
            rules.Require(row.Seq == 1 == row.Type is "run.created", row, "run.created stands first, and once");
            rules.Require(end is null || row.Type == "feedback.given", row, $"only feedback follows {end}, which is the end");
            end ??= row.Type is "run.completed" or "run.failed" or "run.cancelled" ? row.Type : null;
            rules.Follow(row, row.Decode());
        }

        return rules._violations;
    }

    private void Follow(JournalEvent row, Event? e)
    {
        switch (e)
        {
            case ModelStarted m:
                var before = _steps.GetValueOrDefault(m.Step);
                Require(!before.Answered, row, $"step {m.Step} has its answer, and the model is asked again");
                Require(m.Attempt == before.Attempt + 1, row, $"attempt {m.Attempt} of step {m.Step} follows attempt {before.Attempt}");
                _steps[m.Step] = (m.Attempt, true, before.Answered);
                break;
            case ModelCompleted m:
                Require(!_steps.GetValueOrDefault(m.Step).Answered, row, $"step {m.Step} has two answers");
                EndStep(m.Step, m.Attempt, answered: true, row);
                break;
            case ModelFailed m:
                EndStep(m.Step, m.Attempt, answered: false, row);
                break;
            case RunCompleted:
                Require(!_steps.Values.Any(s => s.Open) && !_calls.Values.Any(c => c.IsOpen), row, "a call is still open");
                break;
            case ToolStarted t:
                Call(t.CallId, row).Begin(t, _effects.TryGetValue(t.Tool, out var effect) && effect == ToolEffect.AtMostOnce);
                break;
            case ToolCompleted t:
                Call(t.CallId, row).Complete(t.Attempt);
                break;
            case ToolFailed { Attempt: > 0 } t:
                Call(t.CallId, row).Fail(t);
                break;
            case DecisionRequested d:
                Call(d.CallId, row).Ask();
                break;
            case DecisionResolved d:
                Call(d.CallId, row).Decide(d.Decision);
                break;
        }
    }

    private void EndStep(int step, int attempt, bool answered, JournalEvent row)
    {
        var now = _steps.GetValueOrDefault(step);
        Require(now.Open && now.Attempt == attempt, row, $"attempt {attempt} of step {step} ends, which is not open");
        _steps[step] = (now.Attempt, false, now.Answered || answered);
    }

    private CallRules Call(string id, JournalEvent row)
    {
        if (!_calls.TryGetValue(id, out var call))
        {
            _calls[id] = call = new();
        }

        call.Require = (holds, otherwise) => Require(holds, row, $"{id}: {otherwise}");
        return call;
    }

    private void Require(bool holds, JournalEvent row, string otherwise)
    {
        if (!holds)
        {
            _violations.Add($"{row.Seq} {row.Type}: {otherwise}.");
        }
    }
}
