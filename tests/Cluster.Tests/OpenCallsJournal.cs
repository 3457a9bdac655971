using OrleansAgents.Journal;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A journal that counts the model calls that have begun and not ended.</summary>
internal sealed class OpenCallsJournal(IJournal inner) : JournalDecorator(inner)
{
    private int _open;

    public int Open => Volatile.Read(ref _open);

    public override async Task<AppendOutcome> AppendAsync(Append append)
    {
        var change = append.Events.Sum(e => e.Type switch { "model.started" => 1, "model.completed" or "model.failed" => -1, _ => 0 });

        // A call counts from before its request on until after its end is written.
        Interlocked.Add(ref _open, Math.Max(change, 0));
        var outcome = await base.AppendAsync(append);
        Interlocked.Add(ref _open, outcome == AppendOutcome.Committed ? Math.Min(change, 0) : -Math.Max(change, 0));
        return outcome;
    }
}
