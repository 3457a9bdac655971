using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Testing;

/// <summary>The journal on its own: order, one winner for each step, attempts that never repeat, an end that is the end.</summary>
internal sealed class StepRules(RunRecord run, IReadOnlyDictionary<string, ToolEffect> effects, Action<string> say)
{
    private readonly Dictionary<string, ToolCase> _calls = [];
    private readonly Dictionary<int, int> _modelAttempts = [];
    private readonly HashSet<int> _answered = [];
    private (int Step, int Attempt)? _openModel;
    private bool _cancelling;
    private string? _ended;

    public void Check()
    {
        var seq = 0L;
        foreach (var row in run.Events)
        {
            if (row.Seq != ++seq)
            {
                say($"event {seq} is missing: {row.Seq} {row.Type} stands in its place.");
                seq = row.Seq;
            }

            if (_ended is not null)
            {
                say($"{row.Seq} {row.Type} follows {_ended}, which is the end.");
            }

            if (seq == 1 != row.Type is "run.created")
            {
                say($"{row.Seq} is {row.Type}; run.created stands first and once.");
            }

            Follow(row.Decode() ?? throw new InvalidOperationException($"{row.Type} is unknown."), row);
        }
    }

    private void Follow(Event e, JournalEvent row)
    {
        switch (e)
        {
            case ModelStarted m:
                Begin(m);
                break;
            case ModelCompleted m:
                End(m.Step, m.Attempt, row);
                if (!_answered.Add(m.Step))
                {
                    say($"step {m.Step} has two answers.");
                }

                foreach (var c in m.ToolCalls.Where(c => !_calls.TryAdd(c.CallId, new(c, effects, say))))
                {
                    say($"{c.CallId} is asked for twice.");
                }

                break;
            case ModelFailed m:
                End(m.Step, m.Attempt, row);
                break;
            case RunCancelling:
                _cancelling = true;
                break;
            case RunCompleted or RunFailed or RunCancelled:
                _ended = row.Type;
                CheckEnd(e);
                break;
            default:
                FollowCall(e, row);
                break;
        }
    }

    private void FollowCall(Event e, JournalEvent row)
    {
        var id = e switch
        {
            ToolStarted t => t.CallId,
            ToolCompleted t => t.CallId,
            ToolFailed t => t.CallId,
            ToolLate t => t.CallId,
            DecisionRequested d => d.CallId,
            DecisionResolved d => d.CallId,
            _ => null,
        };
        if (id is null)
        {
            return;
        }

        if (_calls.TryGetValue(id, out var call))
        {
            call.Follow(e, row.Seq, _cancelling);
        }
        else
        {
            say($"{row.Seq} {row.Type} is about {id}, which no answer asked for.");
        }
    }

    private void Begin(ModelStarted m)
    {
        if (_openModel is { } open)
        {
            say($"step {m.Step} attempt {m.Attempt} begins while step {open.Step} attempt {open.Attempt} is open.");
        }

        if (_answered.Contains(m.Step))
        {
            say($"step {m.Step} is asked again after its answer.");
        }

        if (m.Attempt != _modelAttempts.GetValueOrDefault(m.Step) + 1)
        {
            say($"attempt {m.Attempt} of step {m.Step} follows attempt {_modelAttempts.GetValueOrDefault(m.Step)}.");
        }

        foreach (var call in _calls.Values.Where(c => !c.Answered))
        {
            say($"step {m.Step} begins before {call.Id} has its result.");
        }

        _modelAttempts[m.Step] = m.Attempt;
        _openModel = (m.Step, m.Attempt);
    }

    private void End(int step, int attempt, JournalEvent row)
    {
        if (_openModel != (step, attempt))
        {
            say($"{row.Seq} {row.Type} ends step {step} attempt {attempt}, which is not open.");
        }

        _openModel = null;
    }

    private void CheckEnd(Event e)
    {
        if (_openModel is { } open)
        {
            say($"it ended with step {open.Step} attempt {open.Attempt} open.");
        }

        foreach (var call in _calls.Values.Where(c => c.IsOpen || (!c.Answered && e is RunCompleted)))
        {
            say($"it ended before {call.Id} had its result.");
        }
    }
}
