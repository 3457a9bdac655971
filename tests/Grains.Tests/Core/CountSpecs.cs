using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>Tokens are estimated, and the provider's count of one request keeps the next ones within the budget as it counts them.</summary>
public sealed class CountSpecs
{
    private const int Window = 10_000;

    [Theory]
    [InlineData(null, 1_999, 6_000, null)]
    [InlineData(null, 2_000, 1_500, 100)]
    [InlineData(null, 2_000, 2_001, 100)]
    [InlineData(null, 2_000, 2_020, 105)]
    [InlineData(null, 4_000, 5_200, 130)]
    [InlineData(130, 4_000, 4_400, 130)]
    [InlineData(130, 1_000, 4_400, 130)]
    [InlineData(null, 4_000, 400_000, 300)]
    [InlineData(null, 4_001, long.MaxValue, 300)]
    [InlineData(null, 4_000, 0, 100)]
    public void A_scale_is_the_most_that_was_counted_of_a_request_that_tells(int? before, long estimated, long counted, int? scale) =>
        Assert.Equal(scale, Tokens.Scale(before, estimated, counted));

    [Fact]
    public void Opaque_data_that_goes_back_is_counted()
    {
        var data = new string('x', 4_000);
        ToolCallRequest[] calls = [new("call_1_1", "p", "find", System.Text.Json.JsonElement.Parse("{}"), null)];
        var without = Tokens.Of(new AssistantMessage([new ReasoningPart("Hm.")], calls));
        Assert.Equal(without + 2_000, Tokens.Of(new AssistantMessage([new ReasoningPart("Hm.", data)], [calls[0] with { Protected = data }])));
    }

    [Fact]
    public void What_a_provider_counts_above_the_estimate_makes_the_next_request_smaller_and_is_pinned_with_it()
    {
        var run = Run();
        while (run.State.Model!.Context.From == 1)
        {
            Step(run, percent: 100);
        }

        Assert.Null(run.State.Model.Context.Scale);
        var before = run.State.Model.Context;
        Step(run, percent: 160);

        var pin = run.State.Model!.Context;
        Assert.Equal(160, pin.Scale);
        Assert.InRange(pin.Tokens, 1, Window * 100 / 160);
        Assert.True(pin.Tokens < before.Tokens);
        Assert.Equal((pin.Tokens * 160 / 100) + run.Policy.MaxOutputTokens, run.Event<ModelStarted>().Reserved);
    }

    [Fact]
    public void A_request_whose_answer_was_cut_counts_as_the_provider_would_have_counted_it()
    {
        var run = Run();
        while (run.State.Model!.Context.Tokens < 4_000)
        {
            Step(run, percent: 100);
        }

        Step(run, percent: 160);
        var call = run.State.Model!;

        run.When(s => new Cancel(s.Now, null, "ann", new(call.Step, call.Attempt, [new TextPart("The capital is")], "sha256:r")));

        Assert.Equal(call.Context.Tokens * 160 / 100, run.Event<ModelCompleted>().Usage.InputTokens);
    }

    [Fact]
    public void A_budget_is_kept_as_it_is_counted_whatever_the_texts_are()
    {
        var run = Run();
        var window = Fed(run, 0, null);
        var last = 0L;
        for (var n = 0; n < 60; n++)
        {
            var fed = run.Journal.Count;
            Step(run, percent: 140);
            window = Fed(run, fed, window);
            last = Math.Max(n > 30 ? last : 0, window.Build(run.State.Model!.Context).Tokens * 140 / 100);
        }

        Assert.InRange(last, Window * 8 / 10, Window);
        var shown = window.ManifestOf(run.State.Model!.Context);
        Assert.Equal((Window * 100 / 140, shown.Tokens), (shown.Budget, shown.Parts.Sum(p => p.Tokens)));
    }

    [Fact]
    public void Without_figures_the_estimate_holds()
    {
        var run = Run();
        for (var n = 0; n < 30; n++)
        {
            Step(run, percent: 100);
        }

        Assert.Equal((100, null), (run.State.Scale, run.State.Model!.Context.Scale));
    }

    [Theory]
    [InlineData(null, null, 4_000)]
    [InlineData(150, null, 2_666)]
    [InlineData(150, 100, 4_000)]
    public void The_next_turn_is_told_less_where_the_newest_turn_that_tells_was_counted_higher(int? first, int? second, long budget)
    {
        var transcript = new Transcript();
        foreach (var (number, scale) in new[] { (1, first), (2, second) })
        {
            transcript.Add(new(number, $"run_{number}", Scenario.Epoch, [new UserMessage(new string('x', 40_000))], Scale: scale));
        }

        var told = transcript.Assemble("What was it?", 4_000);

        Assert.Equal(budget, told.Manifest!.Budget);
        Assert.True(transcript.Fits(20_000 * 4_000 / budget));
        Assert.False(transcript.Fits((20_000 * 4_000 / budget) - 20));
        Assert.InRange(told.Manifest.Tokens, 0, budget);
    }

    private static Scenario Run()
    {
        var run = new Scenario();
        run.Policy = run.Policy with { WindowTokens = Window, DefinitionTokens = Definition.CountTokens() };
        return run.When(s => s.Begin());
    }

    private static AgentDefinition Definition => Scenario.Definition with { WindowTokens = Window };

    /// <summary>An answer whose request was counted, and the result of its call.</summary>
    private static void Step(Scenario run, int percent) => run
        .When(s =>
        {
            var answer = s.Says("Looking.", "look");
            return answer with { ContextTokens = s.State.Model!.Context.Tokens, Usage = new(s.State.Model.Context.Tokens * percent / 100) };
        })
        .When(s => s.Returns(0, $"Order A{s.Journal.Count} {new string('x', 2_000)}"));

    private static RequestWindow Fed(Scenario run, int from, RequestWindow? window)
    {
        window ??= new(Definition, "sha256:0", "question");
        for (var i = from; i < run.Journal.Count; i++)
        {
            window.Add(i + 1, run.Journal[i]);
        }

        return window;
    }
}
