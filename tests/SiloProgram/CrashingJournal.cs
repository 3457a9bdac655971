using System.Collections.Concurrent;
using OrleansAgents.Journal;

namespace OrleansAgents.SiloProgram;

/// <summary>
/// Counts every write, once before it and once after it but before the caller knows, and crashes at the point that was armed.
/// </summary>
/// <param name="crash">Kills the process, or throws.</param>
internal sealed class CrashingJournal(IJournal inner, Action crash) : JournalDecorator(inner)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _changes = new();
    private readonly Lock _lock = new();
    private string? _run;
    private long _left;
    private bool _deletesOnly;

    /// <summary>Whether the armed crash has happened.</summary>
    public bool Crashed { get; private set; }

    /// <summary>Arms a crash at the n-th write point of the run, or of all runs; 0 disarms.</summary>
    /// <param name="deletesOnly">Counts no other write: what an ended run still has written of it comes when it comes.</param>
    public void Arm(string? run, long point, bool deletesOnly = false)
    {
        lock (_lock)
        {
            (_run, _left, _deletesOnly, Crashed) = (run, point, deletesOnly, false);
        }
    }

    /// <summary>Ends with the next write to the journal. Take it before you look.</summary>
    public Task NextChange(string id) =>
        _changes.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public override Task<Lease> AcquireAsync(string id, string? owner) => WriteAsync(id, () => base.AcquireAsync(id, owner));

    public override Task<AppendOutcome> AppendAsync(Append append) => WriteAsync(append.Id, () => base.AppendAsync(append));

    public override Task SnapshotAsync(string id, Snapshot snapshot) => WriteAsync(id, async () =>
    {
        await base.SnapshotAsync(id, snapshot);
        return true;
    });

    public override Task<bool> DeleteAsync(string id) => WriteAsync(id, () => base.DeleteAsync(id), isDelete: true);

    private async Task<T> WriteAsync<T>(string id, Func<Task<T>> write, bool isDelete = false)
    {
        Point(id, isDelete);
        var result = await write();
        try
        {
            Point(id, isDelete);
            return result;
        }
        finally
        {
            if (_changes.TryRemove(id, out var change))
            {
                change.SetResult();
            }
        }
    }

    private void Point(string id, bool isDelete)
    {
        lock (_lock)
        {
            if (_left == 0 || (_run is not null && _run != id) || (_deletesOnly && !isDelete) || --_left > 0)
            {
                return;
            }

            Crashed = true;
        }

        crash();
    }
}

/// <summary>The crash of a write, without the end of the process.</summary>
internal sealed class CrashException() : Exception("The write point that was armed.");
