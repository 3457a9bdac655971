using System.Collections.Concurrent;
using OrleansAgents.Events;
using OrleansAgents.SiloProgram;
using OrleansAgents.Testing;

namespace OrleansAgents.Cluster.Tests.Crashes;

/// <summary>A client with one run: repeats a command by its id until it is answered, decides what it is asked, writes down what was acknowledged.</summary>
internal sealed class Errand(Stand stand, string kind)
{
    public const string Conversation = "conversation";
    public const string Cancelled = "cancelled";
    public const string Held = "held";
    public const string Paying = "paying";
    public const string Reading = "reading";

    /// <summary>Its first request is held, every other one answered.</summary>
    public const string Frozen = "frozen";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ConcurrentQueue<ClientLine> _acknowledged = new();
    private readonly int _deathsBefore = stand.Deaths;
    private int _commands;
    private bool _thrown;

    public string Run { get; } = $"run_{Guid.NewGuid():n}";

    public IReadOnlyList<ClientLine> Acknowledged => [.. _acknowledged];

    /// <summary>Whether the crash that was armed for this errand has happened.</summary>
    public bool Crashed => _thrown || stand.Deaths > _deathsBefore;

    public Task StartAsync() => CommandAsync(new("start", Run, Value: $"{kind} {Run}"));

    /// <summary>The whole errand, from its start to its end.</summary>
    public async Task DoAsync()
    {
        await StartAsync();
        if (kind == Conversation)
        {
            await UntilAsync(l => l.Step >= 5, "to ask its second question");
            await CommandAsync(new("pause", Run));
            stand.Model.Open(Run);

            // After a crash the paused run asks nothing more, so there is no answer to wait for.
            await UntilAsync(l => Crashed || l.Step >= 6, "to record the answer that was under way");
            await CommandAsync(new("resume", Run));
        }
        else if (kind == Cancelled)
        {
            await UntilAsync(l => l.Head >= 7, "to have looked");
            await CommandAsync(new("cancel", Run));
            await stand.AskAsync(new("release", Run));
        }

        await UntilEndedAsync();
    }

    public Task<Look> UntilEndedAsync() => UntilAsync(l => l.Ended, "to end");

    /// <summary>Follows the run, deciding whatever it asks, until it is as wanted, or has ended.</summary>
    public async Task<Look> UntilAsync(Func<Look, bool> wanted, string what)
    {
        Look? look = null;
        try
        {
            while (true)
            {
                var told = await stand.AskAsync(new("look", Run, Number: look?.Head ?? 0)).WaitAsync(Patience);
                _thrown |= told.Crashed;
                look = told.Look ?? throw new InvalidOperationException(told.Problem);
                foreach (var pending in look.Pending)
                {
                    await DecideAsync(pending);
                }

                if (look is { Status: nameof(RunStatus.Paused), Reason: PauseReason.Quarantined })
                {
                    await CommandAsync(new("resume", Run));
                }

                if (wanted(look) || look.Ended)
                {
                    return look;
                }
            }
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {kind} {Run} {what}; it is {look}.");
        }
    }

    /// <summary>Sends a command until it is answered; a refusal is an answer.</summary>
    public async Task<Told> CommandAsync(Ask ask)
    {
        var command = ask with { CommandId = $"{ask.Op}-{++_commands}" };
        while (true)
        {
            var told = await stand.AskAsync(command).WaitAsync(Patience);
            _thrown |= told.Crashed;
            if (told.Status is { } status)
            {
                _acknowledged.Enqueue(new(Run, ask.Op, command.CommandId, status, told.Seq));
                return told;
            }

            // The run changes its owner, or the call met one that was going: the same id again.
            if (told.Problem is { } problem && problem != "run_moved" && problem != "crashed" && !problem.StartsWith("call_failed", StringComparison.Ordinal))
            {
                return told;
            }
        }
    }

    /// <summary>Retry where it is allowed, else skip.</summary>
    private Task<Told> DecideAsync(PendingDecision pending) => CommandAsync(new(
        "resolve", Run, CallId: pending.CallId,
        Value: (pending.RetryFrom <= TimeProvider.System.GetUtcNow() ? CallDecision.Retry : CallDecision.Skip).ToString()));
}
