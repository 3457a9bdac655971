using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Tests.Specs;

public sealed class MessageSpecs
{
    [Fact]
    public void A_steer_during_a_model_call_is_answered_before_the_run_completes() => Scenario.Started()
        .When(s => new Message(s.Now, "in French", MessageDelivery.Steer)).Then("message.received").ThenDue("model#1")
        .When(s => s.Says("the answer")).Then("model.completed", "model.started")
        .When(s => s.Says("la réponse")).Then("model.completed", "run.completed");

    [Fact]
    public void A_steer_that_the_open_call_has_seen_asks_for_nothing_more() => Scenario.Started()
        .When(s => s.Says("", "look"))
        .When(s => new Message(s.Now, "in French", MessageDelivery.Steer)).Then("message.received")
        .When(s => s.Returns(0)).Then("tool.completed", "model.started")
        .When(s => s.Says("la réponse")).Then("model.completed", "run.completed");

    [Fact]
    public void An_interrupt_cuts_the_open_call_keeps_its_text_and_asks_again()
    {
        var run = Scenario.Started().When(s => s.Interrupts("no, the other", "the first"))
            .Then("message.received", "model.completed", "model.started").ThenDue("model#1");
        Assert.Equal("interrupted", run.Event<ModelCompleted>().FinishReason);
        Assert.Equal(2, run.Event<ModelStarted>().Step);
        run.When(s => s.Says("the other")).Then("model.completed", "run.completed");
    }

    [Fact]
    public void An_interrupt_before_any_text_withdraws_the_attempt_and_asks_again() => Scenario.Started()
        .When(s => s.Interrupts("no", "")).Then("message.received", "model.failed", "model.started").ThenDue("model#2");

    [Fact]
    public void A_cut_answer_stands_before_the_message_that_cut_it()
    {
        var run = Scenario.Started().When(s => s.Interrupts("no, the other", "the first"));
        var window = new RequestWindow(Scenario.Definition, "sha256:0", "question");
        for (var i = 0; i < run.Journal.Count; i++)
        {
            window.Add(i + 1, run.Journal[i]);
        }

        Assert.Collection(
            window.Build(run.Event<ModelStarted>().Context).Messages,
            m => Assert.Equal("question", ((UserMessage)m).Text),
            m => Assert.Equal("the first", Assert.Single(((AssistantMessage)m).Content).Value.Inline),
            m => Assert.Equal("no, the other", ((UserMessage)m).Text));
    }

    [Fact]
    public void A_message_to_a_paused_run_waits_for_the_resume() => Scenario.Started()
        .When(s => new Pause(s.Now, PauseMode.Step)).When(s => s.Says("the answer"))
        .When(s => new Message(s.Now, "and in French", MessageDelivery.Steer)).Then("message.received").ThenDue()
        .When(s => new Resume(s.Now)).Then("run.resumed", "model.started");

    [Fact]
    public void A_message_to_an_ended_run_is_refused_and_stores_nothing() => Scenario.Started().When(s => s.Says("done"))
        .When(s => new Message(s.Now, "too late", MessageDelivery.Steer)).ThenRefused(ProblemCodes.InvalidState);
}
