using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>A stop keeps what was said: the open answer ends as an interrupted one.</summary>
public sealed class StopSpecs
{
    [Fact]
    public void A_cancel_keeps_the_text_of_the_open_answer_and_says_who_stopped_it()
    {
        var run = Scenario.Started().When(s => new Cancel(s.Now, "enough", "ann", SoFar(s, "The capital is")))
            .Then("run.cancelling", "model.completed", "run.cancelled").ThenStatus(RunStatus.Cancelled);
        var said = run.Event<ModelCompleted>();
        Assert.Equal(("interrupted", "The capital is", 4L), (said.FinishReason, said.Content[0].Value.Inline, said.Usage.OutputTokens));
        Assert.Equal("ann", run.Event<RunCancelling>().By);
        Assert.Null(run.State.Output);
    }

    [Fact]
    public void A_pause_now_keeps_it_too_and_the_run_goes_on_with_another_call_and_not_with_half_an_answer()
    {
        var run = Scenario.Started().When(s => new Pause(s.Now, PauseMode.Now, "ann", SoFar(s, "The capital is")))
            .Then("run.paused", "model.completed").ThenStatus(RunStatus.Paused, "user").ThenDue();
        Assert.Equal("ann", run.Event<RunPaused>().By);
        run.When(s => new Resume(s.Now)).Then("run.resumed", "model.started").When(s => s.Says("Vienna")).Then("model.completed", "run.completed");
    }

    [Fact]
    public void Before_the_first_token_the_attempt_is_withdrawn_and_tried_again_after_a_resume() => Scenario.Started()
        .When(s => new Pause(s.Now, PauseMode.Now, "ann")).Then("run.paused", "model.failed")
        .When(s => new Resume(s.Now)).Then("run.resumed", "model.started").ThenDue("model#2");

    [Fact]
    public void Text_of_another_attempt_is_not_taken_for_this_one() => Scenario.Started()
        .When(s => new Cancel(s.Now, null, "ann", SoFar(s, "old") with { Attempt = 7 })).Then("run.cancelling", "model.failed", "run.cancelled");

    private static PartialAnswer SoFar(Scenario s, string text) => new(s.State.Model!.Step, s.State.Model.Attempt, [new TextPart(text)], "sha256:r");
}
