using System.Collections.Concurrent;

namespace OrleansAgents.Testing;

/// <summary>A grain that does nothing, to see idle collection at work.</summary>
public interface IIdleGrain : IGrainWithGuidKey
{
    Task TouchAsync();
}

internal sealed class IdleGrain : Grain, IIdleGrain
{
    private static readonly ConcurrentDictionary<Guid, TaskCompletionSource> Ends = new();

    /// <summary>Completes when the activation of this key is gone.</summary>
    public static Task Gone(Guid key) => End(key).Task;

    public Task TouchAsync() => Task.CompletedTask;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        End(this.GetPrimaryKey()).TrySetResult();
        return Task.CompletedTask;
    }

    private static TaskCompletionSource End(Guid key) =>
        Ends.GetOrAdd(key, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
