using System.Collections.Concurrent;
using OrleansAgents.Journal;

namespace OrleansAgents.Testing;

/// <summary>Tells when a journal has grown, whichever silo wrote to it.</summary>
internal sealed class WatchedJournal(IJournal inner) : JournalDecorator(inner)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _changes = new();

    /// <summary>Ends with the next append to the journal. Take it before you look.</summary>
    public Task NextChange(string id) =>
        _changes.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public override async Task<AppendOutcome> AppendAsync(Append append)
    {
        try
        {
            return await base.AppendAsync(append);
        }
        finally
        {
            if (_changes.TryRemove(append.Id, out var change))
            {
                change.SetResult();
            }
        }
    }
}
