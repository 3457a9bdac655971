using System.Diagnostics;
using OrleansAgents.Agents.Telemetry;
using OrleansAgents.Core.Runs;

namespace OrleansAgents.Grains.Runs;

/// <summary>When a stretch of work begins and ends, and for whom.</summary>
internal sealed partial class RunGrain
{
    private bool _working;
    private Stretch? _stretch;

    /// <summary>The span of the command that the run works for, from its acceptance until the run rests.</summary>
    private ActivityContext _asked;

    /// <summary>The run works for the first command that is accepted while it rests. A repeated or refused one asks for nothing.</summary>
    private void Heed(Turn turn)
    {
        // A loop without an enumerator: this is in the way of every durable step.
        for (var i = 0; !_working && _asked == default && i < turn.Answers.Count; i++)
        {
            var (item, result) = turn.Answers[i];
            _asked = result.Receipt is { Status: "accepted" } ? item.Asked : default;
        }
    }

    private void BeginStretch(HeldRun run)
    {
        if (!_working)
        {
            _working = true;
            _stretch = telemetry.Begin(Id, run.State, run.Trace, _asked);
        }
    }

    private void EndStretchIfIdle(RunState? state)
    {
        if (_working && _running.Count == 0)
        {
            _working = false;
            telemetry.End(_stretch, Id, state);
            _stretch = null;
        }
    }
}
