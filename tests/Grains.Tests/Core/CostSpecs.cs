using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>Money: what a call cost is recorded with it, and a budget of it holds before the call.</summary>
public sealed class CostSpecs
{
    private static readonly Price Price = new(Input: 2.5m, CachedInput: 0.25m, Output: 10);

    /// <summary>12 tokens of definition and input, and the longest answer of 100.</summary>
    private const decimal WorstFirstCall = 0.00103m;

    [Fact]
    public void A_call_costs_its_input_its_cached_input_and_its_output_exactly() =>
        Assert.Equal(0.000066m, Price.Of(new Usage(InputTokens: 10, CachedTokens: 4, OutputTokens: 5, ReasoningTokens: 3)));

    [Fact]
    public void More_cached_than_input_tokens_never_make_a_call_cheaper_than_all_of_them_cached() =>
        Assert.Equal(Price.Of(new Usage(10, 10)), Price.Of(new Usage(10, 1_000)));

    [Fact]
    public void A_sum_with_a_call_that_nobody_knows_the_price_of_is_unknown()
    {
        var known = new Usage(10, ModelCalls: 1, Cost: 0.1m);
        var unknown = new Usage(10, ModelCalls: 1);

        Assert.Equal(0.2m, (new Usage() + known + new Usage(ToolCalls: 1) + known).Cost);
        Assert.Null((known + unknown + known).Cost);
        Assert.Null(new Usage().Cost);
    }

    [Fact]
    public void The_budget_of_money_counts_the_worst_case_before_the_call_and_a_resume_grants_it_once_more()
    {
        Priced(WorstFirstCall - 0.00000001m).Then("run.created", "run.started", "budget.reached", "run.paused").ThenDue();

        var run = Priced(WorstFirstCall).Then("run.created", "run.started", "model.started");
        run.When(s => Costs(s, 0.000066m, "look")).When(s => s.Returns()).Then("tool.completed", "budget.reached", "run.paused")
            .ThenStatus(RunStatus.Paused, "budget");
        Assert.Equal(new BudgetReached("cost", WorstFirstCall), run.Event<BudgetReached>());
        run.When(s => new Resume(s.Now)).Then("run.resumed", "model.started");
    }

    [Fact]
    public void Without_a_price_no_budget_of_money_lets_a_call_leave()
    {
        var run = Priced(1).When(s => Costs(s, 0.000066m, "look"));
        run.Policy = run.Policy with { Price = null };
        run.When(s => s.Returns()).Then("tool.completed", "budget.reached", "run.paused");
        Assert.Contains("has no price", Standing.Of(run.State).Why);
    }

    [Fact]
    public void After_a_call_without_a_price_no_further_one_leaves() =>
        Priced(1).When(s => s.Says("", "look")).Then("model.completed", "budget.reached", "run.paused").ThenDue();

    [Fact]
    public void An_answer_that_is_cut_is_estimated_at_the_price_of_the_time()
    {
        var run = Priced(1).When(s => s.Interrupts("wait", "So far, so good."));
        Assert.Equal(Price.Of(new Usage(12, 0, 4)), run.Event<ModelCompleted>().Usage.Cost);
        Assert.Equal(Price.Of(new Usage(12, 0, 4)), run.State.Usage.Cost);
    }

    private static Scenario Priced(decimal budget)
    {
        var run = new Scenario();
        run.Policy = run.Policy with { Price = Price };
        return run.When(s => s.Begin(new Budget(Cost: budget)));
    }

    private static ModelAnswered Costs(Scenario s, decimal cost, params string[] tools)
    {
        var answer = s.Says("", tools);
        return answer with { Usage = answer.Usage with { Cost = cost } };
    }
}
