using OrleansAgents.Grains.Runs;

namespace OrleansAgents.Grains.Tests.Runs;

public sealed class ResumeRestsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly ResumeRests _rests = new();

    [Fact]
    public void A_run_rests_twice_as_long_after_each_failure_and_at_most_a_minute()
    {
        var lengths = Enumerable.Range(0, 9).Select(_ => _rests.Failed("a", Now).TotalSeconds);

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], lengths);
    }

    [Fact]
    public void A_run_rests_from_its_failure_until_its_rest_is_over_and_others_do_not()
    {
        _rests.Failed("a", Now);
        _rests.Failed("a", Now);

        Assert.True(_rests.IsResting("a", Now));
        Assert.True(_rests.IsResting("a", Now.AddSeconds(1.9)));
        Assert.False(_rests.IsResting("a", Now.AddSeconds(2)));
        Assert.False(_rests.IsResting("b", Now));
    }

    [Fact]
    public void A_success_forgets_the_failures_before_it()
    {
        _rests.Failed("a", Now);
        _rests.Failed("a", Now);

        _rests.Succeeded("a");

        Assert.False(_rests.IsResting("a", Now));
        Assert.Equal(1, _rests.Failed("a", Now).TotalSeconds);
    }

    [Theory, InlineData(60, 2), InlineData(62, 1)]
    public void A_run_that_is_not_tried_again_is_forgotten_a_minute_after_its_rest(double later, double rest)
    {
        _rests.Failed("a", Now);

        _rests.ForgetOld(Now.AddSeconds(later));

        Assert.Equal(rest, _rests.Failed("a", Now).TotalSeconds);
    }
}
