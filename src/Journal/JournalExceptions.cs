using OrleansAgents.Events;

namespace OrleansAgents.Journal;

/// <summary>Stored bytes are not what was written. Nothing wrong is served: what can be read still is.</summary>
/// <param name="id">The journal.</param>
/// <param name="seq">The first seq that cannot be read; 0 when the header, a command or a body is meant.</param>
public sealed class JournalDamagedException(string id, long seq, string message) : Exception(message)
{
    public string Id { get; } = id;

    public long Seq { get; } = seq;
}

/// <summary>The store takes no writes at present; this one certainly changed nothing.</summary>
public sealed class StorageRefusedException(StorageRefusal reason, string message) : Exception(message)
{
    public StorageRefusal Reason { get; } = reason;
}

/// <summary>Why a store refuses writes.</summary>
public enum StorageRefusal
{
    /// <summary>No space left: 507.</summary>
    Full,

    /// <summary>The file or its folder cannot be written: 503.</summary>
    ReadOnly,

    /// <summary>The device reports an error: 503.</summary>
    Io,
}

/// <summary>The journal was deleted; its id is never used again.</summary>
/// <param name="owner">Whose it was; null where a build that kept no owners deleted it.</param>
public sealed class JournalDeletedException(string id, Principal? owner) : Exception($"The journal {id} was deleted.")
{
    /// <summary>That there was one is told to its own user alone: to others it is as if there had been none.</summary>
    public Principal? Owner { get; } = owner;
}

/// <summary>The store cannot be opened: held by another process, too new, or not a store at all. The message says what to do.</summary>
public sealed class StorageUnusableException(string message) : Exception(message);

/// <summary>The journal holds an event of a newer build: it is left to one.</summary>
internal sealed class NewerBuildException(string id, long seq, string type)
    : Exception($"{id} holds the event {type} at seq {seq}, which this build does not know; a newer build can go on with it.");
