using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Lifecycle;
using OrleansAgents.Runs;

namespace OrleansAgents.Client.Lifecycle;

/// <summary>This process's one subscription to the lifecycle streams, shared by all who follow them here.</summary>
/// <remarks>Taken with the first follower, left after the last, taken anew when the silos may have forgotten it.</remarks>
public sealed partial class LifecycleSource : IDisposable
{
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly ILogger<LifecycleSource> _log;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _one = new(1);
    private ImmutableArray<Follower> _followers = [];
    private long _round;

    /// <param name="services">Has the Orleans client.</param>
    public LifecycleSource(IServiceProvider services, TimeProvider time, ILogger<LifecycleSource> log)
    {
        (_services, _time, _log) = (services, time, log);
        services.GetRequiredService<ClusterWatch>().Reconnected += () => _ = RenewAsync();
    }

    internal TimeProvider Time => _time;

    internal IRunReader Reader => _services.GetRequiredService<IGrainFactory>().GetGrain<IRunReader>(0);

    internal ILogger Log => _log;

    public void Dispose() => _one.Dispose();

    /// <summary>Follows from now on. Both calls must return at once.</summary>
    /// <param name="take">Events of one run come in order, some more than once, some perhaps never.</param>
    /// <param name="renewed">The subscription was taken, or the stream left something out: what came before may have passed by.</param>
    internal IAsyncDisposable Follow(Action<JournalEvent> take, Action renewed)
    {
        var follower = new Follower(this, take, renewed);
        if (Change(all => all.Add(follower)) == 1)
        {
            // It works for all followers, and in the flow of none.
            ThreadPool.UnsafeQueueUserWorkItem(static source => _ = source.RenewAsync(), this, preferLocal: false);
        }

        return follower;
    }

    /// <summary>How many there are then. Who comes to others shares what stands, or is told with them once it does.</summary>
    private int Change(Func<ImmutableArray<Follower>, ImmutableArray<Follower>> change)
    {
        lock (_gate)
        {
            return (_followers = change(_followers)).Length;
        }
    }

    /// <summary>Subscribes, or unsubscribes where nobody follows; tries until it has or a newer round begins.</summary>
    private async Task RenewAsync()
    {
        var round = Interlocked.Increment(ref _round);
        for (var pause = TimeSpan.FromMilliseconds(100); ; pause = pause < TimeSpan.FromSeconds(2) ? pause * 2 : pause)
        {
            await _one.WaitAsync();
            try
            {
                if (round != Interlocked.Read(ref _round))
                {
                    return;
                }

                var provider = _services.GetRequiredKeyedService<IStreamProvider>(LifecycleStream.Provider);
                await Task.WhenAll(Enumerable.Range(0, LifecycleStream.Shards).Select(shard => RenewAsync(LifecycleStream.Of(provider, shard))));
                Renewed();
                return;
            }
            catch (Exception e)
            {
                Unsubscribed(_log, e.Message);
            }
            finally
            {
                _one.Release();
            }

            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), _time);
        }
    }

    /// <summary>The new subscription first, then whatever this process had before: nothing is missed, and none is left behind.</summary>
    private async Task RenewAsync(IAsyncStream<JournalEvent> stream)
    {
        var mine = _followers.IsEmpty ? null : await stream.SubscribeAsync(TakeAsync, MissedAsync);
        foreach (var old in await stream.GetAllSubscriptionHandles())
        {
            if (old.HandleId != mine?.HandleId)
            {
                await old.UnsubscribeAsync();
            }
        }
    }

    private void Renewed()
    {
        foreach (var follower in _followers)
        {
            follower.Renewed();
        }
    }

    /// <summary>The stream goes on behind what it could not deliver: what was left out is in the journals.</summary>
    private Task MissedAsync(Exception reason)
    {
        Missed(_log, reason.Message);
        Renewed();
        return Task.CompletedTask;
    }

    private Task TakeAsync(IList<SequentialItem<JournalEvent>> items)
    {
        foreach (var item in items)
        {
            foreach (var follower in _followers)
            {
                follower.Take(item.Item);
            }
        }

        return Task.CompletedTask;
    }

    private sealed record Follower(LifecycleSource Source, Action<JournalEvent> Take, Action Renewed) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (Source.Change(all => all.Remove(this)) == 0)
            {
                // Silos that do not answer find out by themselves that nobody listens.
                await Source.RenewAsync().WaitAsync(Goodbye, Source._time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The lifecycle streams could not be subscribed to: {Reason} It is tried again.")]
    private static partial void Unsubscribed(ILogger log, string reason);

    [LoggerMessage(2, LogLevel.Information, "A lifecycle stream left events out; they are read from the journals: {Reason}")]
    private static partial void Missed(ILogger log, string reason);
}
