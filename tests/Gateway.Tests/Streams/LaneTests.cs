using OrleansAgents.Events;
using OrleansAgents.Live;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Streams;

/// <summary>What is on its way to one gateway, when that gateway is slow or gone.</summary>
public sealed class LaneTests
{
    private readonly LiveHub _hub = new();

    [Fact]
    public async Task A_lane_that_is_given_up_takes_no_run_with_it()
    {
        var given = new TaskCompletionSource<bool>();
        var lane = new Lane(new Sink(_ => throw new TimeoutException("Gone.")), _hub, (l, _) => given.SetResult(l.TryAttach("run_2", 2, out var _)));
        Assert.True(lane.TryAttach("run_1", 1, out _));
        lane.Probe();
        Assert.False(await given.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal((0, 0), (lane.Carried, _hub.Followed.Count));
    }

    [Fact]
    public async Task A_gateway_that_does_not_answer_holds_a_bounded_number_of_items_and_is_told_that_it_is_behind()
    {
        var answer = new TaskCompletionSource();
        var got = new List<LaneItem>();
        var last = new TaskCompletionSource();
        var lane = new Lane(new Sink(async batch =>
        {
            await answer.Task;
            got.AddRange(batch);
            if (batch.Any(i => i.JournalId == "run_quiet"))
            {
                last.SetResult();
            }
        }), _hub, (_, e) => last.TrySetException(e));
        Assert.True(lane.TryAttach("run_loud", 1, out _) && lane.TryAttach("run_quiet", 2, out _));
        var (loud, quiet) = (_hub.Acquire("run_loud"), _hub.Acquire("run_quiet"));
        const int Said = 100_000;
        for (var seq = 1; seq <= Said; seq++)
        {
            loud.Publish([Facts.Event(seq, Facts.Created) with { JournalId = "run_loud" }]);
        }

        quiet.Publish([Facts.Event(1, Facts.Created) with { JournalId = "run_quiet" }]);
        answer.SetResult();
        await last.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.InRange(got.Count, 2, 20_000);
        Assert.Single(got, i => i is { JournalId: "run_loud", Behind: true });
        Assert.Single(got, i => i is { JournalId: "run_quiet", Behind: false });
    }

    private sealed class Sink(Func<IReadOnlyList<LaneItem>, Task> deliver) : ILiveSink
    {
        public Task DeliverAsync(IReadOnlyList<LaneItem> batch) => deliver(batch);
    }
}
