using System.Collections.Immutable;
using OrleansAgents.Events;
using OrleansAgents.Facts;

namespace OrleansAgents.Core.Facts;

/// <summary>What the core knows of a user's facts: a fold of their events. What valid ones say is given to it, for it lies beside the events.</summary>
internal sealed record FactsState
{
    /// <summary>Facts that are valid at a time; of those, untrusted ones, so that what tools say cannot take the user's room.</summary>
    public const int MaxValid = 500, MaxUntrusted = 100;

    public static FactsState Empty { get; } = new();

    public long Head { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Every fact that there ever was, by id.</summary>
    public ImmutableDictionary<string, UserFact> Facts { get; init; } = ImmutableDictionary.Create<string, UserFact>(StringComparer.Ordinal);

    public bool Exists => Head > 0;

    /// <summary>Newest first.</summary>
    public IEnumerable<UserFact> Valid => Facts.Values.Where(f => f.ValidUntil is null).OrderByDescending(f => f.Seq);

    /// <summary><c>Evolve</c>: the only way state comes to be, but for what the facts say.</summary>
    public static FactsState Evolve(FactsState s, UserFactEvent e, DateTimeOffset at)
    {
        s = s with { Head = s.Head + 1, UpdatedAt = at, CreatedAt = s.Head == 0 ? at : s.CreatedAt };
        return e switch
        {
            FactRemembered r => s with
            {
                Facts = s.Facts.SetItems((r.Supersedes ?? []).Select(id => s.Ended(id, at, f => f with { SupersededBy = r.FactId })))
                    .SetItem(r.FactId, new(r.FactId, s.Head, r.Content.Ref, r.Source, r.Trust, at)),
            },
            FactForgotten f => s with { Facts = s.Facts.SetItems([s.Ended(f.FactId, at, fact => fact)]) },
            FactErased f => s with { Facts = s.Facts.SetItems([s.Ended(f.FactId, at, fact => fact with { ErasedAt = at })]) },
            _ => throw new NotSupportedException($"No fold for {e.GetType().Name}."),
        };
    }

    /// <summary>The state that knows what a valid fact says.</summary>
    public FactsState Holding(string factId, FactContent content) =>
        this with { Facts = Facts.SetItem(factId, Facts[factId] with { Content = content }) };

    private KeyValuePair<string, UserFact> Ended(string id, DateTimeOffset at, Func<UserFact, UserFact> how)
    {
        var fact = Facts[id];
        return new(id, how(fact with { ValidUntil = fact.ValidUntil ?? at, Content = null }));
    }
}

/// <param name="Seq">Of the event that made it.</param>
/// <param name="Body">Name of the body with what it says.</param>
internal sealed record UserFact(string Id, long Seq, string Body, FactSource Source, FactTrust Trust, DateTimeOffset ValidFrom)
{
    public DateTimeOffset? ValidUntil { get; init; }
    public string? SupersededBy { get; init; }
    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>What it says; null once it is no longer valid.</summary>
    public FactContent? Content { get; init; }

    public FactStatus Status => ErasedAt is not null ? FactStatus.Erased
        : ValidUntil is null ? FactStatus.Valid
        : SupersededBy is not null ? FactStatus.Superseded
        : FactStatus.Forgotten;
}
