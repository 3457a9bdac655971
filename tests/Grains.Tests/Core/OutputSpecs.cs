using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>An answer that does not fit the output's schema is not the run's output.</summary>
public sealed class OutputSpecs
{
    private const string Why = "The answer does not fit its schema: 'city' is missing.";

    [Fact]
    public void An_answer_that_does_not_fit_is_told_so_and_another_is_asked_for()
    {
        var run = Scenario.Started().When(s => Misfits(s)).Then("model.completed", "model.started").ThenDue("model#1");
        Assert.Equal(Why, run.Journal.OfType<ModelCompleted>().Single().Invalid);
        run.When(s => s.Says("""{"city":"Bonn"}""")).Then("model.completed", "run.completed");
        Assert.Equal("""{"city":"Bonn"}""", run.State.Output?.Inline);
    }

    [Fact]
    public void The_third_in_a_row_fails_the_run()
    {
        var run = Scenario.Started().When(s => Misfits(s)).When(s => Misfits(s)).ThenDue("model#1")
            .When(s => Misfits(s)).Then("model.completed", "run.failed").ThenStatus(RunStatus.Failed);
        Assert.Equal("invalid_output", run.Event<RunFailed>().Error.Code);
    }

    [Fact]
    public void Calls_that_cannot_be_made_count_with_answers_that_do_not_fit()
    {
        var run = Scenario.Started().When(s => Misfits(s)).When(s => Misfits(s)).When(s => s.Answers("", Scenario.Ask("look", "no such tool")));
        Assert.Equal("invalid_tool_calls", run.Event<RunFailed>().Error.Code);
    }

    [Fact]
    public void A_good_call_between_starts_the_count_anew() => Scenario.Started()
        .When(s => Misfits(s)).When(s => Misfits(s)).When(s => s.Says("", "look")).When(s => s.Returns())
        .When(s => Misfits(s)).When(s => Misfits(s)).Then("model.completed", "model.started");

    [Fact]
    public void A_budget_holds_between_the_answers() => Scenario.Started(new Budget(Steps: 1))
        .When(s => Misfits(s)).Then("model.completed", "budget.reached", "run.paused");

    [Fact]
    public void The_next_request_holds_the_answer_and_what_is_wrong_with_it()
    {
        var run = Scenario.Started().When(s => Misfits(s));
        var window = new RequestWindow(Scenario.Definition, "sha256:0", "question");
        for (var i = 0; i < run.Journal.Count; i++)
        {
            window.Add(i + 1, run.Journal[i]);
        }

        var request = window.Build(run.Event<ModelStarted>().Context);
        Assert.Equal(Why, Assert.IsType<AssistantMessage>(request.Messages[^1]).Invalid);
    }

    private static ModelAnswered Misfits(Scenario s) => s.Says("{}") with { Invalid = Why };
}
