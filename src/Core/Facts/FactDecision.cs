using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Core.Facts;

/// <summary>Something that asks a user's facts for a decision. Carries the time and ids, for the core has neither.</summary>
internal abstract record FactCommand(DateTimeOffset At);

/// <param name="Content">As it would be kept.</param>
/// <param name="Trust">As <see cref="Provenance"/> found it.</param>
internal sealed record Remember(
    DateTimeOffset At, string FactId, FactContent Content, BodyRef Body, FactSource Source, FactTrust Trust) : FactCommand(At);

/// <param name="Asked">The user named it, or nothing but the user can have. Else only what tools said is forgotten.</param>
internal sealed record Forget(DateTimeOffset At, string Key, FactSource Source, bool Asked) : FactCommand(At);

internal sealed record Erase(DateTimeOffset At, string FactId, string By) : FactCommand(At);

/// <summary>What a command comes to: the events of one commit and the state after them, or a refusal, which stores nothing.</summary>
/// <param name="Released">Bodies that go with the commit.</param>
/// <param name="Known">What says the same already, where a remember changes nothing.</param>
internal sealed record FactDecision(
    IReadOnlyList<UserFactEvent> Events, FactsState State, IReadOnlyList<string> Released, Problem? Refusal, UserFact? Known = null)
{
    public static Problem NotFound { get; } = new(ProblemCodes.FactNotFound, "There is no fact with this id.", "id");

    public static FactDecision On(FactsState s, FactCommand command) => command switch
    {
        Remember c => Accept(s, c),
        Forget c => Accept(s, c),
        Erase c => s.Facts.GetValueOrDefault(c.FactId) is not { } fact ? Refused(s, NotFound)
            : fact.ErasedAt is not null ? Unchanged(s)
            : Decided(s, c.At, [new FactErased(c.FactId, c.By)]) with { Released = [fact.Body] },
        _ => throw new NotSupportedException($"No rule for {command.GetType().Name}."),
    };

    private static FactDecision Accept(FactsState s, Remember c)
    {
        if (c.Content.Flaw() is { } flaw)
        {
            return Refused(s, new(ProblemCodes.InvalidRequest, flaw));
        }

        var valid = s.Valid.ToList();
        if (valid.Find(f => f.Trust >= c.Trust && f.Content!.Says(c.Content.Text)) is { } known)
        {
            return Unchanged(s) with { Known = known };
        }

        var superseded = valid.FindAll(f => Supersedes(c, f));
        var left = valid.Except(superseded).ToList();
        if (left.Count >= FactsState.MaxValid)
        {
            return Refused(s, new(ProblemCodes.InvalidState, $"{FactsState.MaxValid} facts are kept of this user and there is room for no more; forget one first."));
        }

        if (c.Trust == FactTrust.Tool && left.Count(f => f.Trust == FactTrust.Tool) >= FactsState.MaxUntrusted)
        {
            return Refused(s, new(
                ProblemCodes.InvalidState, $"{FactsState.MaxUntrusted} facts from tools are kept of this user and there is room for no more of them; forget one first."));
        }

        var decision = Decided(s, c.At, [new FactRemembered(c.FactId, c.Body, c.Source, c.Trust, superseded.Count == 0 ? null : [.. superseded.Select(f => f.Id)])]);
        return decision with { State = decision.State.Holding(c.FactId, c.Content) };
    }

    /// <summary>What is said about the same key, and what said the same on less trust. What tools say takes the place of nothing that the user or the model said: it stands beside it.</summary>
    private static bool Supersedes(Remember c, UserFact old) => old.Content!.IsAbout(c.Content.Key)
        ? c.Trust > FactTrust.Tool || old.Trust == FactTrust.Tool
        : old.Trust < c.Trust && old.Content.Says(c.Content.Text);

    private static FactDecision Accept(FactsState s, Forget c)
    {
        var meant = s.Valid.Where(f => f.Content!.IsAbout(c.Key)).ToList();
        if (meant.Count == 0)
        {
            return Refused(s, new(ProblemCodes.FactNotFound, $"Nothing is kept as '{c.Key}'."));
        }

        var ended = meant.FindAll(f => c.Asked || f.Trust == FactTrust.Tool);
        return ended.Count == 0
            ? Refused(s, new(ProblemCodes.InvalidState, $"The user has not named '{c.Key}' in this run, and what a tool returned forgets nothing of theirs. Ask the user."))
            : Decided(s, c.At, [.. ended.Select(f => new FactForgotten(f.Id, c.Source))]);
    }

    private static FactDecision Decided(FactsState s, DateTimeOffset at, IReadOnlyList<UserFactEvent> events) =>
        new(events, events.Aggregate(s, (state, e) => FactsState.Evolve(state, e, at)), [], null);

    private static FactDecision Unchanged(FactsState s) => new([], s, [], null);

    private static FactDecision Refused(FactsState s, Problem why) => new([], s, [], why);
}
