using System.Globalization;
using OrleansAgents.Core.Facts;
using OrleansAgents.Events;
using OrleansAgents.Facts;

namespace OrleansAgents.Grains.Tests.Memory;

/// <summary>Given / when / then over a user's facts.</summary>
internal sealed class FactScenario
{
    public static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, FactContent> _bodies = [];
    private int _calls;

    public FactsState State { get; private set; } = FactsState.Empty;
    public FactDecision Last { get; private set; } = null!;
    public List<(UserFactEvent Event, DateTimeOffset At)> Journal { get; } = [];
    public DateTimeOffset Now { get; private set; } = Epoch;

    /// <summary>Valid facts as <c>key=text/trust</c>, newest first.</summary>
    public IEnumerable<string> Valid => State.Valid.Select(f => $"{f.Content!.Key}={f.Content.Text}/{f.Trust}");

    public FactScenario Remember(string key, string text, FactTrust trust = FactTrust.User)
    {
        var id = "fact_" + (++_calls).ToString(CultureInfo.InvariantCulture);
        var content = new FactContent(id, FactContent.KeyOf(key), text.Trim());
        return When(new Remember(Now, id, content, new("sha256:" + id, 1, ""), Source(), trust), content);
    }

    public FactScenario Forget(string key, bool asked = true) => When(new Forget(Now, FactContent.KeyOf(key), Source(), asked));

    public FactScenario Erase(string id) => When(new Erase(Now, id, "ada"));

    public FactScenario ThenValid(params string[] facts)
    {
        Assert.Equal(facts, Valid);
        return this;
    }

    public FactScenario ThenRefused(string why)
    {
        Assert.Contains(why, Last.Refusal?.Message);
        Assert.Empty(Last.Events);
        return this;
    }

    public FactStatus StatusOf(string id) => State.Facts[id].Status;

    /// <summary>What a new activation would come to: the events, and the bodies that are still there.</summary>
    public FactsState Folded()
    {
        var state = Journal.Aggregate(FactsState.Empty, (s, row) => FactsState.Evolve(s, row.Event, row.At));
        return state.Valid.Aggregate(state, (s, f) => s.Holding(f.Id, _bodies[f.Body]));
    }

    private FactScenario When(FactCommand command, FactContent? content = null)
    {
        Now += TimeSpan.FromMinutes(1);
        var before = State;
        Last = FactDecision.On(State, command with { At = Now });
        State = Last.State;
        Journal.AddRange(Last.Events.Select(e => (e, Now)));
        Assert.True(Last.Refusal is null || State == before);
        if (content is not null && Last.Events.Count > 0)
        {
            _bodies["sha256:" + content.Salt] = content;
        }

        foreach (var released in Last.Released)
        {
            Assert.True(_bodies.Remove(released), released);
        }

        return this;
    }

    private static FactSource Source() => new("run_1", "thr_1", "shop", 2, "call_1_1");
}
