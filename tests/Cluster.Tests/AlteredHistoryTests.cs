using System.Text.Json;
using OrleansAgents.Cluster.Tests.Crashes;
using OrleansAgents.Events;
using OrleansAgents.Grains.Runs;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>What no decorator can plant: a clean history is altered in one place, and the checker must see it.</summary>
public sealed class AlteredHistoryTests : IAsyncLifetime
{
    private History _clean = null!;

    private RunRecord Run => _clean.Runs[0];

    /// <summary>A payment in doubt, a decision, a pause, a resume, an end.</summary>
    public async ValueTask InitializeAsync()
    {
        await using var stand = await Stand.InProcessAsync();
        for (var point = 4; _clean is null || Run.Events.All(e => e.Type != "decision.requested"); point++)
        {
            var errand = new Errand(stand, Errand.Conversation);
            await stand.ArmAsync(errand.Run, point);
            await errand.DoAsync();
            _clean = await stand.HistoryAsync(errand);
        }

        Assert.Empty(HistoryChecker.Check(_clean));
    }

    public ValueTask DisposeAsync() => default;

    [Fact]
    public void Any_event_that_is_missing() => Assert.All(Run.Events, gone => Assert.NotEmpty(HistoryChecker.Check(
        With(Run with { Events = [.. Run.Events.Where(e => e != gone)] }))));

    [Fact]
    public void A_fact_that_is_missing_though_all_others_close_ranks()
    {
        // Dropped, renumbered and folded anew: only the meaning tells.
        string[] silent = ["run.started", "model.failed"];
        foreach (var gone in Run.Events.Skip(1).Where(e => !silent.Contains(e.Type)))
        {
            JournalEvent[] rest = [.. Run.Events.Where(e => e != gone).Select((e, i) => e with { Seq = i + 1 })];
            Assert.True(HistoryChecker.Check(With(Run with { Events = rest, View = Served(rest) })).Count > 0, $"{gone.Seq} {gone.Type}");
        }
    }

    [Fact]
    public void An_event_after_the_end() =>
        Sees(With(Run with { Events = [.. Run.Events, Run.Events[^1] with { Seq = Run.Events.Count + 1 }] }), "which is the end");

    [Fact]
    public void A_result_that_the_tool_never_gave() =>
        Sees(_clean with { Tools = [.. _clean.Tools.Select(t => t with { Result = "other" })] }, "the tool said other");

    [Fact]
    public void An_answer_that_the_model_never_gave() =>
        Sees(_clean with { Models = [.. _clean.Models.Select(m => m with { Answer = "other" })] }, "the model said other");

    [Fact]
    public void An_effect_without_an_intent() =>
        Sees(_clean with { Tools = [.. _clean.Tools, _clean.Tools[0] with { Attempt = 9 }] }, "without an earlier intent");

    [Fact]
    public void An_effect_before_its_intent() =>
        Sees(_clean with { Tools = [.. _clean.Tools.Select(t => t with { At = Run.Events[0].At })] }, "without an earlier intent");

    [Fact]
    public void An_attempt_that_acts_twice() => Sees(_clean with { Tools = [.. _clean.Tools, _clean.Tools[0]] }, "acted 2 times");

    [Fact]
    public void An_answered_step_that_is_asked_again() => Sees(
        _clean with { Models = [.. _clean.Models, _clean.Models[0] with { At = Run.Events[^1].At.AddSeconds(1) }] }, "was asked again after its answer");

    [Fact]
    public void A_command_that_was_acknowledged_and_is_unknown() =>
        Sees(_clean with { Client = [.. _clean.Client, _clean.Client[0] with { CommandId = "start-9" }] }, "start-9 was acknowledged, and the journal knows it 0 times");

    [Fact]
    public void A_command_that_was_acknowledged_twice_in_different_places() =>
        Sees(_clean with { Client = [.. _clean.Client, _clean.Client[0] with { Seq = 3 }] }, "was acknowledged at 3");

    [Fact]
    public void A_view_that_is_not_the_fold() => Sees(With(Run with { View = "{}" }), "is not the fold of the events");

    [Fact]
    public void A_run_that_stopped_on_its_way()
    {
        JournalEvent[] part = [.. Run.Events.Take(3)];
        Sees(With(Run with { Events = part, View = Served(part) }), "it is neither ended nor paused");
    }

    [Fact]
    public void A_run_that_was_acknowledged_and_has_no_journal() => Sees(_clean with { Runs = [] }, "there is no journal");

    private History With(RunRecord run) => _clean with { Runs = [run] };

    private static string Served(JournalEvent[] events)
    {
        try
        {
            return JsonSerializer.Serialize(Views.Of(events[0].JournalId, RunFold.From(null, events), events[0], null));
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    private static void Sees(History history, string violation)
    {
        var violations = HistoryChecker.Check(history);
        Assert.True(violations.Any(v => v.Contains(violation, StringComparison.Ordinal)),
            $"'{violation}' was not seen, but: {string.Join('\n', violations)}");
    }
}
