using Microsoft.Data.Sqlite;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>Opening, checking and closing the file.</summary>
internal sealed partial class SqliteJournal
{
    private const long Small = 64 * 1024 * 1024;

    private readonly string _path;
    private readonly FileLock? _lock;
    private readonly Writer? _writer;
    private readonly Readers _readers;
    private readonly string? _readOnly;
    private readonly FileCheck _check;
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Opens the file, or makes it. Read-only where it cannot be written: then every write is refused.</summary>
    /// <param name="checkAtOnce">Bytes up to which the whole file is checked before the constructor returns; a larger one is checked beside the work.</param>
    /// <param name="damaged">Told of each damage that is found, in a sentence; possibly from another thread.</param>
    /// <param name="readOnly">Only looks at it, beside the process that may hold it; every write is refused.</param>
    /// <exception cref="StorageUnusableException">The file cannot be used; the sentence says why and what to do.</exception>
    public SqliteJournal(string path, long checkAtOnce = Small, Action<string>? damaged = null, bool readOnly = false)
    {
        _check = new(damaged);
        _path = Path.GetFullPath(path);
        try
        {
            if (readOnly)
            {
                StoreCopy.MustExist(_path);
                _readOnly = $"{_path} was opened for reading only.";
            }
            else
            {
                Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
                _lock = FileLock.Take(_path);
                _writer = new Writer(_path);
            }
        }
        catch (Exception e) when (File.Exists(_path) && IsReadOnly(e))
        {
            _readOnly = $"storage is read-only: {_path} or its folder cannot be written.";
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            _lock?.Dispose();
            throw Unusable(e);
        }
        catch (StorageUnusableException)
        {
            _lock?.Dispose();
            throw;
        }

        // Without its log an older state would be served; so only a file without one is read as it lies.
        _readers = new Readers(_path, immutable: !readOnly && _readOnly is not null && new FileInfo(_path + "-wal") is not { Exists: true, Length: > 0 });
        try
        {
            Checked = Check(new FileInfo(_path).Length <= checkAtOnce);
        }
        catch (Exception e) when (e is JournalDamagedException or StorageRefusedException or StorageUnusableException)
        {
            Close();
            throw e as StorageUnusableException ?? Unusable(e);
        }
    }

    /// <summary>Ends when the whole file has been checked, or when the journal closes.</summary>
    internal Task Checked { get; }

    /// <summary>Waits for what was begun. Later calls are refused.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Checked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Close();
    }

    private void Close()
    {
        // The writer closes last: it moves the log into the file, which nobody may be reading then.
        _readers.Dispose();
        _writer?.Dispose();
        _lock?.Dispose();
    }

    /// <summary>Content checksums cannot see an index entry that points nowhere; the file's own check can.</summary>
    private Task Check(bool atOnce)
    {
        _readers.ReadAsync(
            "",
            db =>
            {
                Schema.Prepare(db, _path, writable: false);
                Generation = GenerationOf(db);
                if (atOnce)
                {
                    _check.Run(db);
                }

                return true;
            },
            CancellationToken.None).GetAwaiter().GetResult();
        return atOnce ? Task.CompletedTask : _check.RunAsync(_readers, _closing.Token);
    }

    /// <summary>When it cannot be read, every unfinished run is taken for a restored one: that asks too often, and never acts twice.</summary>
    private long GenerationOf(SqliteConnection db)
    {
        try
        {
            if (Schema.Generation(db) is { } generation)
            {
                return generation;
            }
        }
        catch (Exception e) when (e is SqliteException { SqliteErrorCode: 1 or 11 or 26 } or InvalidCastException or InvalidOperationException)
        {
            // Falls through: it is not what was written.
        }

        _check.Add("store", "store: the generation is not what was written; unfinished runs are paused as after a restore.");
        return (db.Scalar("SELECT max(generation) FROM journals") as long? ?? 0) + 1;
    }

    private StorageUnusableException Unusable(Exception e) =>
        new($"{_path} cannot be opened as a store: {e.Message} Mend it, or name another file in Storage:ConnectionString.");

    private static bool IsReadOnly(Exception e) => e is SqliteException { SqliteErrorCode: 8 or 14 } or UnauthorizedAccessException
        || e is IOException { HResult: 30 };
}
