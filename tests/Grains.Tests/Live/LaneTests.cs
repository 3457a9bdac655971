using System.Threading.Channels;
using OrleansAgents.Client.Live;
using OrleansAgents.Events;
using OrleansAgents.Grains.Live;
using OrleansAgents.Live;

namespace OrleansAgents.Grains.Tests.Live;

/// <summary>The way to one gateway while the gateway is slow, or gone.</summary>
public sealed class LaneTests
{
    private readonly SlowSink _sink = new();
    private readonly LiveHub _hub = new();
    private readonly Lane _lane;

    public LaneTests() => _lane = new(_sink, _hub, (_, e) => throw e);

    [Fact]
    public async Task Text_that_waits_becomes_one_item_of_its_run_and_nothing_changes_its_order()
    {
        var (one, two) = (Attached("run_one"), Attached("run_two"));
        one.Delta(1, 1, "text", "first");
        await _sink.TakenAsync();

        one.Delta(1, 1, "text", "a");
        two.Delta(1, 1, "text", "x");
        one.Delta(1, 1, "text", "b");
        one.Delta(1, 1, "reasoning", "why");
        one.Publish([Paused("run_one", 2)]);
        one.Delta(1, 1, "reasoning", "!");
        two.Delta(1, 1, "text", "y");
        _sink.Answer();

        Assert.Equal(
            ["run_one 5 ab", "run_two 0 xy", "run_one 7 why", "run_one #2", "run_one 10 !"],
            (await _sink.TakenAsync()).Select(Words));
    }

    [Fact]
    public async Task Nothing_is_added_to_what_has_left_and_no_item_grows_without_end()
    {
        var run = Attached("run_one");
        run.Delta(1, 1, "text", "a");
        await _sink.TakenAsync();
        for (var i = 0; i < 3_000; i++)
        {
            run.Delta(1, 1, "text", "b");
        }

        _sink.Answer();
        var batch = await _sink.TakenAsync();
        Assert.Equal([1024, 1024, 952], batch.Select(i => i.Item.Delta!.Text.Length));
        Assert.Equal([1, 1025, 2049], batch.Select(i => i.Item.Delta!.Offset));
    }

    [Fact]
    public async Task A_lane_that_is_given_up_takes_no_run_with_it()
    {
        var given = new TaskCompletionSource<bool>();
        var lane = new Lane(new ToldSink(_ => throw new TimeoutException("Gone.")), _hub, (l, _) => given.SetResult(l.TryAttach("run_2", 2, out var _)));
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
        var lane = new Lane(new ToldSink(async batch =>
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
            loud.Publish([Paused("run_loud", seq)]);
        }

        quiet.Publish([Paused("run_quiet", 1)]);
        answer.SetResult();
        await last.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.InRange(got.Count, 2, 20_000);
        Assert.Single(got, i => i is { JournalId: "run_loud", Behind: true });
        Assert.Single(got, i => i is { JournalId: "run_quiet", Behind: false });
    }

    private LiveTopic Attached(string id)
    {
        var run = _hub.Acquire(id);
        run.Open(1, 1, 1);
        Assert.True(_lane.TryAttach(id, 1, out _));
        return run;
    }

    private static string Words(LaneItem item) =>
        item.Item.Event is { } e ? $"{item.JournalId} #{e.Seq}" : $"{item.JournalId} {item.Item.Delta!.Offset} {item.Item.Delta.Text}";

    private static JournalEvent Paused(string run, long seq) =>
        new(run, seq, DateTimeOffset.UnixEpoch, "run.paused", null, EventCodec.Encode(new RunPaused(PauseMode.Step, PauseReason.User)));

    /// <summary>Takes a batch, and the next when it is told to.</summary>
    private sealed class SlowSink : ILiveSink
    {
        private readonly Channel<bool> _answers = Channel.CreateUnbounded<bool>();
        private readonly Channel<IReadOnlyList<LaneItem>> _taken = Channel.CreateUnbounded<IReadOnlyList<LaneItem>>();

        public Task DeliverAsync(IReadOnlyList<LaneItem> batch)
        {
            _taken.Writer.TryWrite(batch);
            return _answers.Reader.ReadAsync().AsTask();
        }

        public Task<IReadOnlyList<LaneItem>> TakenAsync() => _taken.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));

        public void Answer() => _answers.Writer.TryWrite(true);
    }

    private sealed class ToldSink(Func<IReadOnlyList<LaneItem>, Task> deliver) : ILiveSink
    {
        public Task DeliverAsync(IReadOnlyList<LaneItem> batch) => deliver(batch);
    }
}
