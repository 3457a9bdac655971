using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Core.Runs;

/// <summary>What a command comes to: the events of one commit and the state after them, or a refusal, which stores nothing.</summary>
/// <param name="At">The time of the events. It never runs backwards, whatever the wall clock does; deadlines come from the wall clock itself.</param>
internal sealed record Decision(IReadOnlyList<RunEvent> Events, RunState State, Problem? Refusal, DateTimeOffset At);

/// <summary>Decides. Every command goes <see cref="Acceptance.Accept"/>, then <see cref="Following.Next"/> until nothing follows.</summary>
internal static class Decide
{
    public static Decision On(RunState state, Command command, RunPolicy policy)
    {
        var (accepted, refusal) = Acceptance.Accept(state, command, policy);
        if (refusal is not null)
        {
            return new([], state, refusal, command.At);
        }

        var at = command.At > state.UpdatedAt ? command.At : state.UpdatedAt;
        var events = new List<RunEvent>(4);
        foreach (var e in accepted)
        {
            events.Add(e);
            state = Fold.Evolve(state, e, at);
        }

        while (Following.Next(state, policy, command.At) is { } e)
        {
            events.Add(e);
            state = Fold.Evolve(state, e, at);
        }

        return new(events, state, null, at);
    }
}
