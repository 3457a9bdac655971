using Microsoft.Extensions.Logging;
using OrleansAgents.Agents.Models;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Runs;

/// <summary>Wakes runs that wait for their provider before their time: when the model answers another call, and when this process starts, for its configuration may have changed.</summary>
internal sealed partial class ModelWaits(IJournal journal, IGrainFactory grains, ModelRegistry models, TimeProvider time, ILogger<ModelWaits> log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int Page = 500;
    private const int AtOnce = 64;
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);
    private static readonly RunError Refused = new("provider", "The provider refused requests before this process started.");
    private readonly CancellationTokenSource _stop = new();

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(ModelWaits), ServiceLifecycleStage.Active,
        _ =>
        {
            models.Opened += model => Begin(() => WakeAsync(model, WakeReason.ModelIsBack));
            Begin(AfterStartAsync);
            return Task.CompletedTask;
        },
        _ => _stop.CancelAsync());

    public void Dispose() => _stop.Dispose();

    /// <summary>One request of each model tries, whoever waits for it.</summary>
    private async Task AfterStartAsync()
    {
        var waiting = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        await EachAsync(null, run => Task.FromResult(waiting.Add(run.Model)));
        foreach (var model in waiting)
        {
            models.Find(model)?.Gate.Doubt(Refused);
            await WakeAsync(model, WakeReason.ServiceStarted);
        }
    }

    private Task WakeAsync(string model, WakeReason reason) => EachAsync(model, run => grains.GetGrain<IRunUpkeep>(run.Id).EnsureRunningAsync(reason));

    private async Task EachAsync(string? model, Func<JournalHeader, Task> what)
    {
        for (var last = ""; await journal.WaitingForAsync(new(WaitReason.Provider, model, last, Page)) is { Count: > 0 } page; last = page[^1].Id)
        {
            foreach (var runs in page.Chunk(AtOnce))
            {
                await Task.WhenAll(runs.Select(what));
            }
        }
    }

    /// <summary>Beside everything else, until it succeeds: runs wake by themselves when their time comes, so nothing waits for this.</summary>
    private void Begin(Func<Task> work) => _ = Task.Run(async () =>
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await work();
                return;
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                Failed(log, e);
                await Task.Delay(Again, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception)
            {
                // The silo stops.
            }
        }
    });

    [LoggerMessage(Level = LogLevel.Warning, Message = "Runs that wait for a provider could not be woken; it is tried again in a few seconds.")]
    private static partial void Failed(ILogger log, Exception error);
}
