using Microsoft.Extensions.Time.Testing;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>The way to a model: places, order, and what an outage does to it.</summary>
public sealed class ModelGateTests
{
    private static readonly ModelFault Fault = new(FaultKind.Transient, new("server_error", "down"));
    private static readonly ModelFault Refused = new(FaultKind.Provider, new("unauthorized", "no such key"));
    private static readonly ModelFault Broken = new(FaultKind.Transient, new("stream_cut", "cut"));
    private static readonly ModelAnswer Answer = new([], [], new(), "stop");

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Attempts_enter_in_the_order_in_which_they_came()
    {
        using var gate = new ModelGate(2, _time);
        var (a, b, c, _) = (Enter(gate), Enter(gate), Enter(gate), Enter(gate));

        await LetInAsync(a, b);
        Assert.Equal(2, gate.Waiting);
        gate.Leave(Answer, probe: false);
        await LetInAsync(c);
        Assert.Equal(1, gate.Waiting);
    }

    [Fact]
    public async Task A_place_is_taken_at_once_only_while_nobody_waits()
    {
        using var gate = new ModelGate(1, _time);
        Assert.False(gate.TryEnter());
        Assert.Null(gate.TryEnter());
        var waiting = Enter(gate);
        gate.Leave(Answer, probe: false);
        await LetInAsync(waiting);
        Assert.Null(gate.TryEnter());
        gate.Leave(Answer, probe: false);

        Fail(gate, ModelGate.Outage);
        Assert.Null(gate.TryEnter());
        _time.Advance(ModelGate.FirstPause);
        Assert.True(gate.TryEnter());
        Assert.Null(gate.TryEnter());
    }

    [Fact]
    public void A_probe_that_never_left_changes_nothing_of_what_was_learnt_meanwhile()
    {
        using var gate = new ModelGate(100, _time);
        _ = Enter(gate);
        Fail(gate, ModelGate.Outage);
        _time.Advance(ModelGate.FirstPause);
        Assert.True(gate.TryEnter());
        gate.Leave(Answer, probe: false);
        gate.Leave(null, probe: true);
        Assert.False(gate.TryEnter());
        Assert.False(gate.TryEnter());
    }

    [Fact]
    public void A_timer_that_comes_late_does_not_end_a_longer_pause_that_has_begun()
    {
        var time = new LateTimers();
        using var gate = new ModelGate(100, time);
        _ = Enter(gate);
        _ = Enter(gate);
        gate.Leave(Fault with { RetryAfter = TimeSpan.FromSeconds(1) }, probe: false);
        time.Advance(TimeSpan.FromSeconds(1));
        gate.Leave(Fault with { RetryAfter = TimeSpan.FromSeconds(60) }, probe: false);

        time.Fire();
        Assert.Null(gate.TryEnter());
        time.Advance(TimeSpan.FromSeconds(60));
        time.Fire();
        Assert.True(gate.TryEnter());
    }

    [Fact]
    public async Task Faults_in_a_row_shut_it_and_one_probe_at_a_time_tries_again()
    {
        using var gate = new ModelGate(100, _time);
        Fail(gate, ModelGate.Outage);
        var (a, b) = (Enter(gate), Enter(gate));

        Assert.NotNull(gate.Down);
        Assert.Equal(2, gate.Waiting);
        _time.Advance(ModelGate.FirstPause);
        await LetInAsync(a);
        Assert.Equal(1, gate.Waiting);

        // The probe fails: the next one waits twice as long.
        gate.Leave(Fault, probe: true);
        _time.Advance(ModelGate.FirstPause);
        Assert.Equal(1, gate.Waiting);
        _time.Advance(ModelGate.FirstPause);
        await LetInAsync(b);
    }

    [Fact]
    public async Task A_probe_that_is_answered_opens_the_way_for_all()
    {
        using var gate = new ModelGate(100, _time);
        Fail(gate, ModelGate.Outage);
        var all = Enumerable.Range(0, 50).Select(_ => Enter(gate)).ToArray();
        _time.Advance(ModelGate.FirstPause);
        Assert.Equal(49, gate.Waiting);

        gate.Leave(Answer, probe: true);

        await LetInAsync(all);
        Assert.Null(gate.Down);
    }

    [Fact]
    public void A_refusal_of_one_request_and_a_cut_stream_are_no_outage()
    {
        using var gate = new ModelGate(100, _time);
        for (var i = 0; i < ModelGate.Outage * 2; i++)
        {
            _ = Enter(gate);
            gate.Leave(i % 2 == 0 ? Broken : new ModelFault(FaultKind.Final, new("bad_request", "no")), probe: false);
        }

        Assert.Null(gate.Down);
    }

    [Fact]
    public async Task A_wish_to_be_left_alone_holds_for_all()
    {
        using var gate = new ModelGate(100, _time);
        _ = Enter(gate);
        gate.Leave(Fault with { RetryAfter = TimeSpan.FromSeconds(50) }, probe: false);
        var a = Enter(gate);

        _time.Advance(TimeSpan.FromSeconds(49));
        Assert.Equal(1, gate.Waiting);
        _time.Advance(TimeSpan.FromSeconds(1));
        await LetInAsync(a);
    }

    [Fact]
    public async Task Who_would_wait_too_long_is_sent_away_to_rest()
    {
        using var gate = new ModelGate(1, _time);
        _ = Enter(gate);
        var (a, b) = (Enter(gate), Enter(gate));
        gate.Leave(Fault with { RetryAfter = TimeSpan.FromHours(1) }, probe: false);

        Assert.Equal((null, null), (await a, await b));
        Assert.Equal(("retry", _time.GetUtcNow().AddHours(1)), (gate.Down!.Reason, gate.Down.Until));
        Assert.Null(gate.TryEnter());
    }

    [Fact]
    public async Task A_provider_that_refuses_everybody_is_probed_after_1_5_and_10_minutes_and_then_hourly()
    {
        var opened = 0;
        using var gate = new ModelGate(100, _time, () => opened++);
        _ = (Enter(gate), Enter(gate), Enter(gate));
        Assert.Equal(TimeSpan.FromMinutes(1), gate.Leave(Refused, probe: false));
        Assert.Equal(TimeSpan.FromMinutes(1), gate.Leave(Refused, probe: false)); // Under way already: it changes nothing.
        foreach (var (minutes, next) in new[] { (1, 5), (5, 10), (10, 60), (60, 60), (60, 60) })
        {
            _time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
            Assert.Null(gate.TryEnter());
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(gate.TryEnter());
            Assert.Null(gate.TryEnter());
            Assert.Equal(TimeSpan.FromMinutes(next), gate.Leave(Refused, probe: true));
        }

        // A person has mended it and says so; the answer opens the way, and who rests is woken.
        gate.Retry();
        Assert.True(gate.TryEnter());
        Assert.Equal(0, opened);
        Assert.Null(gate.Leave(Answer, probe: true));
        Assert.Equal(1, opened);
        Assert.Null(gate.Down);
        Assert.False(gate.TryEnter());
        Assert.Equal(TimeSpan.FromMinutes(1), gate.Leave(Refused, probe: false)); // The count began anew.
        await Task.CompletedTask;
    }

    [Fact]
    public void A_shorter_wish_of_a_straggler_does_not_end_a_longer_rest()
    {
        using var gate = new ModelGate(100, _time);
        _ = (Enter(gate), Enter(gate));
        gate.Leave(Refused, probe: false);
        gate.Leave(Fault with { RetryAfter = TimeSpan.FromSeconds(5) }, probe: false);

        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(gate.TryEnter());
        Assert.Equal("provider", gate.Down!.Reason);
    }

    [Fact]
    public void What_another_process_met_is_tried_by_one_request_first()
    {
        using var gate = new ModelGate(100, _time);
        gate.Doubt(new("provider", "It refused."));
        Assert.True(gate.TryEnter());
        Assert.Null(gate.TryEnter());
        gate.Leave(Answer, probe: true);
        Assert.False(gate.TryEnter());
    }

    [Fact]
    public async Task One_that_gives_up_while_it_waits_leaves_its_place_and_a_cut_probe_its_turn()
    {
        using var gate = new ModelGate(100, _time);
        Fail(gate, ModelGate.Outage);
        using var cut = new CancellationTokenSource();
        var gone = gate.EnterAsync(cut.Token);
        var (a, b) = (Enter(gate), Enter(gate));
        await cut.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        _time.Advance(ModelGate.FirstPause);
        await LetInAsync(a);
        Assert.Equal(1, gate.Waiting);
        gate.Leave(null, probe: true);
        await LetInAsync(b);
    }

    [Fact]
    public async Task One_that_was_under_way_before_the_outage_was_known_lets_no_second_probe_in()
    {
        using var gate = new ModelGate(100, _time);
        _ = Enter(gate);
        Fail(gate, ModelGate.Outage);
        var (a, _) = (Enter(gate), Enter(gate));
        _time.Advance(ModelGate.FirstPause);
        await LetInAsync(a);

        gate.Leave(Fault, probe: false);
        _time.Advance(ModelGate.LongestPause);
        Assert.Equal(1, gate.Waiting);
    }

    [Fact]
    public void While_a_person_tries_others_queue_behind_and_do_not_rest()
    {
        using var gate = new ModelGate(2, _time);
        Assert.False(gate.TryEnter());
        gate.Leave(Refused, probe: false);
        Assert.NotNull(gate.Down!.HoldAt(_time.GetUtcNow()));

        gate.Retry();

        Assert.True(gate.TryEnter());
        Assert.Null(gate.Down!.HoldAt(_time.GetUtcNow()));
        Assert.Null(gate.TryEnter());
    }

    [Fact]
    public void What_a_provider_may_have_said_of_one_request_is_not_told_to_others()
    {
        using var gate = new ModelGate(2, _time);
        Assert.False(gate.TryEnter());
        gate.Leave(Refused with { Error = new("forbidden", "Not allowed (HTTP 403): you said 'my secret'."), Plain = "Not allowed (HTTP 403)." }, probe: false);

        Assert.Equal(new RunError("forbidden", "Not allowed (HTTP 403)."), gate.Down!.Error);
    }

    private static Task<bool?> Enter(ModelGate gate) => gate.EnterAsync(CancellationToken.None);

    private static async Task LetInAsync(params Task[] turns)
    {
        try
        {
            await Task.WhenAll(turns).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Waited {Patience.TotalSeconds} s for {turns.Count(t => !t.IsCompleted)} of {turns.Length} attempts to be let in.");
        }
    }

    private static void Fail(ModelGate gate, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.True(Enter(gate).IsCompleted);
            gate.Leave(Fault, probe: false);
        }
    }

    /// <summary>Timers are due when the test says so.</summary>
    private sealed class LateTimers : FakeTimeProvider
    {
        private Action _due = () => { };

        public void Fire() => _due();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _due = () => callback(state);
            return base.CreateTimer(_ => { }, null, dueTime, period);
        }
    }
}
