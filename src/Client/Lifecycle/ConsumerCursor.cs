using OrleansAgents.Events;

namespace OrleansAgents.Client.Lifecycle;

/// <summary>What a consumer has handled: everything before a time, and of the runs that changed since, how far.</summary>
/// <remarks>Pure: times come with the events. Whatever was handled is not handed out again by the same cursor.</remarks>
internal sealed class ConsumerCursor(DateTimeOffset since)
{
    /// <summary>Clocks of silos may differ by so much, and a commit may take so long to be seen.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, (long Seq, DateTimeOffset At, bool Ended, string? Trace)> _runs = [];

    /// <summary>Events recorded before this were handled.</summary>
    public DateTimeOffset Since { get; private set; } = since;

    /// <summary>Runs that are kept in mind.</summary>
    public int Count => _runs.Count;

    /// <summary>The last event handled of a run; 0 for none that is known.</summary>
    public long SeqOf(string runId) => _runs.GetValueOrDefault(runId).Seq;

    /// <summary>The span that a run was started in, of a run that is kept in mind; null where nobody traced.</summary>
    public string? TraceOf(string runId) => _runs.GetValueOrDefault(runId).Trace;

    /// <summary>False when events before it, or its own data, are missing: they are in the journal.</summary>
    public bool Follows(JournalEvent e)
    {
        var handled = SeqOf(e.JournalId);
        return e.Seq <= handled || (e.Seq == handled + 1 && e.HasData);
    }

    /// <summary>Whether it is new to the consumer. Takes it as handled; it must follow.</summary>
    public bool Take(JournalEvent e)
    {
        if (e.Seq <= SeqOf(e.JournalId))
        {
            return false;
        }

        var trace = e.Seq == 1 ? HandlingSpan.StartOf(e) : TraceOf(e.JournalId);
        var ended = _runs.GetValueOrDefault(e.JournalId).Ended || e.Type is "run.completed" or "run.failed" or "run.cancelled";
        _runs[e.JournalId] = (e.Seq, e.At, ended, trace);
        return e.At >= Since;
    }

    /// <summary>The journals were read as they were at <paramref name="newest"/>.</summary>
    public void Reconciled(DateTimeOffset newest)
    {
        Since = newest - Overlap > Since ? newest - Overlap : Since;
        foreach (var (runId, run) in _runs)
        {
            if (run.Ended && run.At < Since)
            {
                _runs.Remove(runId);
            }
        }
    }
}
