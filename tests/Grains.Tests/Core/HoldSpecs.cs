using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>Calls that do not start by themselves: they need a person's yes, or their tool has changed under the run.</summary>
public sealed class HoldSpecs
{
    private static readonly ToolHold Approval = new("pay needs a person's approval.", Approvable: true);
    private static readonly ToolHold Gone = new("pay is no tool of this build.", Approvable: false);

    [Fact]
    public void A_call_that_needs_approval_waits_and_starts_once_a_person_agrees()
    {
        var run = With(Approval).When(s => s.Says("I pay.", "pay"));

        run.Then("model.completed", "decision.requested").ThenStatus(RunStatus.Waiting, WaitReason.Decision).ThenDue();
        Assert.Equal(Approval.Why, run.Event<DecisionRequested>().Text);
        run.When(Decides(run, CallDecision.Retry)).Then("decision.resolved", "tool.started").ThenDue("call_1_1#1");
        run.When(s => s.Returns()).Then("tool.completed", "model.started");
    }

    [Theory]
    [InlineData(CallDecision.Skip)]
    [InlineData(CallDecision.Fail)]
    public void A_call_that_a_person_refuses_is_never_started(CallDecision decision)
    {
        var run = With(Approval).When(s => s.Says("I pay.", "pay"));

        run.When(Decides(run, decision)).Then("decision.resolved", "model.started");
        Assert.DoesNotContain(run.Journal, e => e is ToolStarted);
    }

    [Fact]
    public void Other_calls_of_the_answer_start_while_one_waits()
    {
        var run = With(Approval).When(s => s.Says("I look and pay.", "pay", "look"));

        run.Then("model.completed", "decision.requested", "tool.started").ThenDue("call_1_2#1");
        run.When(s => s.Returns(call: 1)).Then("tool.completed").ThenStatus(RunStatus.Waiting, WaitReason.Decision);
    }

    [Fact]
    public void A_tool_that_is_gone_is_asked_for_again_until_it_is_back()
    {
        var run = With(Gone).When(s => s.Says("I pay.", "pay"));

        run.When(Decides(run, CallDecision.Retry)).Then("decision.resolved", "decision.requested");
        run.Policy = run.Policy with { HoldOf = (_, _) => null };
        run.When(Decides(run, CallDecision.Retry)).Then("decision.resolved", "tool.started");
    }

    [Fact]
    public void A_stricter_rule_holds_at_once_for_a_call_that_would_be_tried_again()
    {
        var run = Scenario.Started().When(s => s.Says("I book.", "book")).Then("model.completed", "tool.started");

        run.Policy = With(new("book needs approval.", Approvable: true), "book").Policy;
        run.When(s => new TakeOver(s.Now)).Then("tool.failed", "decision.requested");
        run.When(Decides(run, CallDecision.Retry)).Then("decision.resolved", "tool.started").ThenDue("call_1_1#2");
    }

    [Fact]
    public void The_model_is_told_that_a_refused_call_was_not_made()
    {
        var window = new RequestWindow(Scenario.Definition, "sha256:0", "question");
        var run = With(Approval).When(s => s.Says("I pay.", "pay"));
        run.When(Decides(run, CallDecision.Fail));
        foreach (var (e, i) in run.Journal.Select((e, i) => (e, i)))
        {
            window.Add(i + 1, e);
        }

        var told = Assert.IsType<ToolMessage>(window.Build(run.State.Model!.Context).Messages[^1]);
        Assert.Equal(("This call was not made: a person refused it.", true), (told.Text, told.IsError));
    }

    private static Scenario With(ToolHold hold, string tool = "pay")
    {
        var run = Scenario.Started();
        run.Policy = run.Policy with { HoldOf = (name, _) => name == tool ? hold : null };
        return run;
    }

    private static Resolve Decides(Scenario run, CallDecision decision) => new(
        run.Now, run.State.Tools.Single(t => t.Phase == CallPhase.Deciding).CallId, decision, null, "ada");
}
