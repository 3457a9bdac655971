using System.Text.Json.Serialization;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Facts;

/// <summary>Reads what is kept of a user; see <see cref="IRunReader"/>. Stateless; the key is 0.</summary>
[Alias("facts-reader")]
public interface IFactsReader : IGrainWithIntegerKey
{
    /// <summary>Newest first.</summary>
    /// <param name="includeSuperseded">Also what is no longer valid.</param>
    [Alias("list")]
    Task<Read<FactList>> ListAsync(Principal principal, bool includeSuperseded, string? cursor, int limit);
}

/// <param name="NextCursor">Null on the last page.</param>
[GenerateSerializer, Immutable, Alias("fact-list")]
public sealed record FactList([property: Id(0)] IReadOnlyList<FactView> Items, [property: Id(1)] string? NextCursor);

/// <summary>Something that is kept of a user.</summary>
/// <param name="Key">What it is about; absent once it is erased, like the text.</param>
/// <param name="Source">The call that it comes from; its run may be deleted by now.</param>
/// <param name="ValidUntil">Absent while it is valid.</param>
/// <param name="SupersededBy">The fact that took its place.</param>
[GenerateSerializer, Immutable, Alias("fact-view")]
public sealed record FactView(
    [property: Id(0)] string Id, [property: Id(1)] string? Key, [property: Id(2)] string? Text, [property: Id(3)] FactTrust Trust,
    [property: Id(4)] FactStatus Status, [property: Id(5)] FactSource Source, [property: Id(6)] DateTimeOffset ValidFrom,
    [property: Id(7)] DateTimeOffset? ValidUntil, [property: Id(8)] string? SupersededBy, [property: Id(9)] DateTimeOffset? ErasedAt);

/// <summary>Where a fact stands.</summary>
[JsonConverter(typeof(SnakeCaseEnum<FactStatus>))]
[Alias("fact-status")]
public enum FactStatus
{
    /// <summary>Told to runs.</summary>
    Valid,

    /// <summary>Another took its place.</summary>
    Superseded,

    /// <summary>An agent was asked to forget it.</summary>
    Forgotten,

    /// <summary>The user deleted it; what it said is gone.</summary>
    Erased,
}
