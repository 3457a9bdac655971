using Microsoft.Data.Sqlite;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>A write on its way through the writer.</summary>
internal abstract class Write
{
    /// <summary>False when this entry alone failed: <see cref="Complete"/> then says why.</summary>
    /// <exception cref="SqliteException">The store takes no writes.</exception>
    public abstract bool Execute(WriterConnection db);

    public abstract void Complete();

    public abstract void Fail(Exception error);

    /// <summary>The flush failed.</summary>
    public abstract void Unknown(Exception error);
}

internal sealed class Write<T>(string id, Func<WriterConnection, T> work) : Write
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;
    private Exception? _error;

    public Task<T> Task => _done.Task;

    public override bool Execute(WriterConnection db)
    {
        _error = null;
        try
        {
            _result = work(db);
            return true;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 19)
        {
            _error = new InvalidOperationException($"The entry names something that was recorded before: {e.Message}");
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 11 or 26)
        {
            _error = new JournalDamagedException(id, 0, $"The store is damaged where this write would go: {e.Message}");
        }
        catch (Exception e) when (e is not SqliteException { SqliteErrorCode: not (18 or 20 or 25) })
        {
            // Too big, a mismatch or out of range: it is the entry that is wrong, not the store.
            _error = e;
        }

        db.ResetStatements();
        return false;
    }

    public override void Complete()
    {
        if (_error is null)
        {
            _done.SetResult(_result);
        }
        else
        {
            _done.SetException(_error);
        }
    }

    public override void Fail(Exception error) => _done.SetException(error);

    public override void Unknown(Exception error)
    {
        if (_error is null && _result is AppendOutcome && (T)(object)AppendOutcome.Unknown is var unknown)
        {
            _done.SetResult(_result is AppendOutcome.Fenced ? _result : unknown);
        }
        else
        {
            _done.SetException(_error ?? error);
        }
    }
}
