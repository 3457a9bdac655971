using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using OrleansAgents.Journal;
using OrleansAgents.Lifecycle;

namespace OrleansAgents.Grains.Lifecycle;

/// <summary>Publishes durable events on the lifecycle streams, beside the runs: no run ever waits for it.</summary>
/// <remarks>
/// A header says how far its run is published; the next append takes that along. A run that rests has a wake time until all is
/// published, so that a supervisor finds what a crash left behind.
/// </remarks>
internal sealed class Outbox(IServiceProvider services, IJournal journal, TimeProvider time, ILogger<Outbox> log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly OutboxShard?[] _shards = new OutboxShard?[LifecycleStream.Shards];

    /// <summary>Ends before the streams do. What is not published then stays owed, and the next silo pays it.</summary>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(Outbox), ServiceLifecycleStage.Active, _ => Task.CompletedTask, _ => _stop.CancelAsync());

    public void Dispose() => _stop.Dispose();

    public void Offer(in Outgoing outgoing) => ShardOf(outgoing.Header.Id).Offer(outgoing);

    /// <summary>Publishes what an ended run still owes. Completes with its turn: that is recorded then, or some is still owed.</summary>
    public Task CatchUpAsync(JournalHeader header) => ShardOf(header.Id).CatchUpAsync(new(new(header.PublishedSeq), header, null, []));

    private OutboxShard ShardOf(string runId)
    {
        var shard = LifecycleStream.ShardOf(runId);
        return _shards[shard] ?? Interlocked.CompareExchange(ref _shards[shard], Open(shard), null) ?? _shards[shard]!;
    }

    private OutboxShard Open(int shard)
    {
        var stream = LifecycleStream.Of(services.GetRequiredKeyedService<IStreamProvider>(LifecycleStream.Provider), shard);
        return new(new(events => stream.OnNextBatchAsync(events), journal, time, log, _stop.Token), time, log, _stop.Token);
    }
}
