using Orleans.Streams;
using Orleans.Streams.Core;
using OrleansAgents.Events;
using OrleansAgents.Lifecycle;

namespace OrleansAgents.AzureSiloProgram;

/// <summary>One lifecycle stream's witness. Subscribed by being there, so that no restart of anything loses its subscription.</summary>
[ImplicitStreamSubscription(LifecycleStream.Namespace)]
internal sealed class Witness(WitnessFile file) : Grain, IWitness, IStreamSubscriptionObserver
{
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<JournalEvent>().ResumeAsync(file.AddAsync);
}

internal interface IWitness : IGrainWithIntegerKey;

/// <summary>A line for each event that was delivered: run id, seq, and whether its data came along. What is written survives kill -9.</summary>
internal sealed class WitnessFile(string path)
{
    private readonly Lock _gate = new();

    public Task AddAsync(IList<SequentialItem<JournalEvent>> events)
    {
        lock (_gate)
        {
            File.AppendAllLines(path, events.Select(e => $"{e.Item.JournalId} {e.Item.Seq} {e.Item.HasData}"));
        }

        return Task.CompletedTask;
    }
}
