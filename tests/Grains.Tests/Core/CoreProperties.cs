using CsCheck;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Runs;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>Random command sequences, stale results and takeovers among them; a failing seed is printed by the runner.</summary>
public sealed class CoreProperties
{
    private static readonly string[] ToolNames = ["look", "book", "pay"];

    private static readonly Gen<(int What, int Pick, int Wait)[]> Moves =
        Gen.Select(Gen.Int[-2, 15], Gen.Int[0, 1000], Gen.Int[0, 40]).Array[1, 80];

    [Fact]
    public void Whatever_happens_the_journal_stays_sound() => Moves.Sample(
        moves =>
        {
            var run = Scenario.Started(new Budget(Steps: 30));
            var stale = new List<Command>();
            foreach (var (what, pick, wait) in moves)
            {
                run.After(TimeSpan.FromSeconds(wait));
                var ended = run.State.Ended;
                run.When(Move(run, what, pick, stale));
                if (ended is not null)
                {
                    Assert.Empty(run.Last);
                    Assert.Equal(ended, run.State.Ended);
                }
            }

            Sound(run);
        },
        iter: 5_000);

    private static Command Move(Scenario run, int what, int pick, List<Command> stale)
    {
        var model = run.State.Model is { Phase: CallPhase.Open };
        var open = run.State.Tools.Select((t, i) => (t, i)).Where(x => x.t.Phase == CallPhase.Open).ToList();
        Command command = what switch
        {
            -1 => new Message(run.Now, $"said {pick}", MessageDelivery.Steer),
            -2 => run.Interrupts($"said {pick}", pick % 2 == 0 ? "" : "so far"),
            0 => new Pause(run.Now, pick % 2 == 0 ? PauseMode.Step : PauseMode.Now),
            1 or 2 => new Resume(run.Now),
            3 when pick % 7 == 0 => new Cancel(run.Now, null),
            4 => new TakeOver(run.Now, Restored: pick % 4 == 0),
            5 when run.State.Tools.Length > 0 => new Resolve(
                run.Now, run.State.Tools[pick % run.State.Tools.Length].CallId, (CallDecision)(pick % 3), null, "ada"),
            6 when stale.Count > 0 => stale[pick % stale.Count],
            7 when model => run.Faults((FaultKind)(pick % 20 == 0 ? 2 : pick % 2)),
            >= 8 when model && pick % 5 == 0 => run.Says("done"),
            >= 8 when model => run.Says("go on", [.. Enumerable.Range(0, 1 + (pick % 3)).Select(i => ToolNames[(pick + i) % 3])]),
            >= 12 when open.Count > 0 => run.Errs(open[pick % open.Count].i, run.Policy.IsRepeatable(open[pick % open.Count].t.Tool)
                ? ToolOutcome.Interrupted : ToolOutcome.Unknown),
            >= 8 when open.Count > 0 => run.Returns(open[pick % open.Count].i),
            _ => new Wake(run.Now),
        };
        stale.Add(command);
        return command;
    }

    private static void Sound(Scenario run)
    {
        Assert.Equal(run.Journal.Count, run.State.Head);

        // (step, attempt) of a model call and (callId, attempt) of a tool call never repeat.
        Assert.Distinct(run.Journal.OfType<ModelStarted>().Select(m => (m.Step, m.Attempt)));
        Assert.Distinct(run.Journal.OfType<ToolStarted>().Select(t => (t.CallId, t.Attempt)));

        // One result a step.
        Assert.Distinct(run.Journal.OfType<ModelCompleted>().Select(m => m.Step));
        Assert.Distinct(run.Journal.OfType<ToolCompleted>().Select(t => t.CallId));

        AtMostOneOpenAttempt(run.Journal);
        NothingActsTwiceAfterARestore(run.Journal);
        EveryMessageIsSeen(run.Journal);
        Terminal(run.Journal);
        Deterministic(run);
    }

    private static void AtMostOneOpenAttempt(List<RunEvent> journal)
    {
        var open = new HashSet<string>();
        foreach (var e in journal)
        {
            switch (e)
            {
                case ModelStarted: Assert.True(open.Add("model")); break;
                case ModelCompleted or ModelFailed: Assert.True(open.Remove("model")); break;
                case ToolStarted t: Assert.True(open.Add(t.CallId)); break;
                case ToolCompleted t: Assert.True(open.Remove(t.CallId)); break;
                case ToolFailed { Attempt: > 0 } t: Assert.True(open.Remove(t.CallId)); break;
                case DecisionRequested d: open.Remove(d.CallId); break;
            }
        }
    }

    /// <summary>From the newest restore on, a call that must not happen twice starts only after a person's word.</summary>
    private static void NothingActsTwiceAfterARestore(List<RunEvent> journal)
    {
        var restored = journal.FindLastIndex(e => e is RunPaused { Reason: PauseReason.Restored });
        for (var i = restored + 1; restored >= 0 && i < journal.Count; i++)
        {
            Assert.True(journal[i] is not ToolStarted { Tool: "pay" } t
                || journal[restored..i].Any(e => e is DecisionResolved { Decision: CallDecision.Retry } d && d.CallId == t.CallId));
        }
    }

    /// <summary>A run that completed answered a request that held every message, in an order that providers take.</summary>
    private static void EveryMessageIsSeen(List<RunEvent> journal)
    {
        var window = new RequestWindow(Scenario.Definition, "sha256:0", "question");
        var last = Array.Empty<RequestMessage>();
        for (var i = 0; i < journal.Count; i++)
        {
            window.Add(i + 1, journal[i]);
            if (journal[i] is ModelStarted started)
            {
                last = [.. window.Build(started.Context).Messages];
                Wire.IsValid(last);
            }
        }

        if (journal[^1] is RunCompleted && journal.OfType<ModelStarted>().Last().Context.From == 1)
        {
            Assert.Equal(
                journal.OfType<MessageReceived>().Select(m => m.Content.Inline),
                last.OfType<UserMessage>().Skip(1).Select(m => m.Text));
        }
    }

    private static void Terminal(List<RunEvent> journal)
    {
        var end = journal.FindIndex(e => e is RunCompleted or RunFailed or RunCancelled);
        Assert.True(end < 0 || end == journal.Count - 1);
    }

    private static void Deterministic(Scenario run)
    {
        var created = Scenario.Epoch;
        var twice = new[] { 0, 1 }.Select(_ => run.Journal.Aggregate(RunState.Empty, (s, e) => Fold.Evolve(s, e, created)));
        var bytes = twice.Select(s => Convert.ToHexString(RunFold.ToSnapshot(s).Data)).ToList();
        Assert.Equal(bytes[0], bytes[1]);

        // What is stored is what was folded: the codec and the snapshot lose nothing.
        var stored = run.Journal.Select(e => (RunEvent)EventCodec.Decode(EventCodec.NameOf(e), EventCodec.Encode(e))!)
            .Aggregate(RunState.Empty, (s, e) => Fold.Evolve(s, e, created));
        var snapshot = RunFold.ToSnapshot(stored);
        Assert.Equal(bytes[0], Convert.ToHexString(snapshot.Data));
        Assert.Equal(bytes[0], Convert.ToHexString(RunFold.ToSnapshot(RunFold.StateOf(snapshot)!).Data));
    }
}
