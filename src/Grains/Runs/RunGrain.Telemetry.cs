using OrleansAgents.Core;
using OrleansAgents.Telemetry;

namespace OrleansAgents.Runs;

/// <summary>When a stretch of work begins and ends.</summary>
internal sealed partial class RunGrain
{
    private bool _working;
    private Stretch? _stretch;

    private void BeginStretch(RunState state)
    {
        if (!_working)
        {
            _working = true;
            _stretch = telemetry.Begin(Id, state);
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
