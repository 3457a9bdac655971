using CsCheck;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>Requests of long runs in small windows: always valid, within the budget, and the same whoever assembles them.</summary>
public sealed class WindowProperties
{
    private const int WindowTokens = 220;
    private static readonly AgentDefinition Definition = new("docs", "", "", "default", [], WindowTokens);
    private static readonly string[] ToolNames = ["look", "book", "pay"];

    private static readonly Gen<(int What, int Pick, int Size)[]> Moves =
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1000], Gen.Int[0, 120]).Array[5, 60];

    [Fact]
    public void Every_request_of_a_random_history_is_valid_within_its_budget_and_assembled_alike_after_a_restart()
    {
        var full = 0;
        Moves.Sample(
            moves =>
            {
                var run = new Scenario();
                run.Policy = run.Policy with { WindowTokens = WindowTokens, DefinitionTokens = Definition.CountTokens() };
                run.When(s => s.Begin());
                foreach (var (what, pick, size) in moves)
                {
                    run.After(TimeSpan.FromSeconds(pick % 40)).When(Move(run, what, pick, size));
                }

                Interlocked.Add(ref full, Check(run.Journal));
            },
            iter: 10_000);
        Assert.True(full > 10_000, $"Only {full} requests stood on facts: the histories are too short to show anything.");
    }

    [Fact]
    public void A_long_run_lets_go_seldom_and_its_turn_is_remembered_whole()
    {
        var run = new Scenario();
        run.Policy = run.Policy with { WindowTokens = Scenario.Definition.WindowTokens, DefinitionTokens = Scenario.Definition.CountTokens() };
        run.When(s => s.Begin());
        for (var n = 0; n < 200; n++)
        {
            run.When(s => s.Says($"step {n}", "look")).When(s => s.Returns(0, $"Order A{n} is there."));
        }

        run.When(s => s.Says("done"));
        var (grain, memory) = (new RequestWindow(Scenario.Definition, "sha256:0", "question"), new RequestWindow(AgentDefinition.None, "", "question"));
        var kept = new List<string>();
        foreach (var (i, e) in run.Journal.Index())
        {
            memory.Add(i + 1, e);
            grain.Add(i + 1, e);
            if (e is ModelStarted { Context: { From: > 1 } pin } && grain.Build(pin).Messages.OfType<MemoryMessage>().SingleOrDefault() is { } message)
            {
                kept.Add(message.Text);
            }
        }

        Assert.InRange(kept.Distinct().Count(), 2, kept.Count / 5);
        Assert.Equal(1 + 200 + 200 + 1, memory.WholeGroups(run.Journal.Count).Count);
    }

    private static Command Move(Scenario run, int what, int pick, int size)
    {
        var open = run.State.Tools.Select((t, i) => (t, i)).Where(x => x.t.Phase == CallPhase.Open).ToList();
        var model = run.State.Model is { Phase: CallPhase.Open };
        return what switch
        {
            0 => new Message(run.Now, $"said {pick}", MessageDelivery.Steer),
            1 when model => run.Interrupts($"cut {pick}", pick % 2 == 0 ? "" : "so far"),
            2 when model => run.Faults(FaultKind.Transient),
            3 => new TakeOver(run.Now),
            4 when run.State.Tools.FirstOrDefault(t => t.Phase == CallPhase.Deciding) is { } asked =>
                new Resolve(run.Now, asked.CallId, (CallDecision)(pick % 3), null, "ada"),
            5 when open.Count > 0 => run.Errs(open[pick % open.Count].i, ToolOutcome.Failed),
            _ when model => run.Says($"step {pick}", [.. Enumerable.Range(0, 1 + (pick % 3)).Select(i => ToolNames[(pick + i) % 3])]),
            _ when open.Count > 0 => run.Returns(open[pick % open.Count].i, Result(pick, size)),
            _ => new Wake(run.Now),
        };
    }

    private static string Result(int pick, int size) => pick % 3 == 0
        ? $"{{\"order_{pick % 10}\":\"A{pick}\",\"lines\":[{string.Join(',', Enumerable.Range(0, size / 10).Select(i => $"{{\"sku\":\"S{i}{pick}\"}}"))}]}}"
        : $"Order A{pick} {new string('x', size)}";

    /// <returns>How many requests had no room for everything.</returns>
    private static int Check(List<RunEvent> journal)
    {
        var (grain, full) = (new RequestWindow(Definition, "sha256:0", "question"), 0);
        for (var i = 0; i < journal.Count; i++)
        {
            grain.Add(i + 1, journal[i]);
            if (journal[i] is not ModelStarted started)
            {
                continue;
            }

            var request = grain.Build(started.Context);
            Wire.IsValid([.. request.Messages]);
            Assert.Equal("question", Assert.IsType<UserMessage>(request.Messages[0]).Text);
            Assert.Equal(request.Hash, grain.Build(started.Context).Hash);
            if (started.Context.From > 1)
            {
                full++;
                Assert.True(request.Tokens <= WindowTokens || IsOneGroup(request), $"{request.Tokens} tokens of {WindowTokens}");
                Assert.Equal(request.Hash, Again(journal, i).Build(started.Context).Hash);
            }
        }

        return full;
    }

    /// <summary>As a reader or another silo does it: from the stored bytes.</summary>
    private static RequestWindow Again(List<RunEvent> journal, int last)
    {
        var window = new RequestWindow(Definition, "sha256:0", "question");
        for (var i = 0; i <= last; i++)
        {
            window.Add(i + 1, (RunEvent)EventCodec.Decode(EventCodec.NameOf(journal[i]), EventCodec.Encode(journal[i]))!);
        }

        return window;
    }

    /// <summary>The newest answer with its results is never cut, however large.</summary>
    private static bool IsOneGroup(ModelRequest request) => request.Messages.Count(m => m is AssistantMessage) <= 1;
}
