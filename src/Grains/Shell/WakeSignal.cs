namespace OrleansAgents.Grains.Shell;

/// <summary>Ends the pause of a loop early. Any number may signal, one waits. Thread-safe.</summary>
/// <remarks>A signal is kept until the loop waits next; several before that count as one. A wait that ends by its time leaves nothing behind.</remarks>
internal sealed class WakeSignal
{
    private TaskCompletionSource _signal = New();

    public void Set() => Volatile.Read(ref _signal).TrySetResult();

    /// <summary>Returns with the signal, or after <paramref name="pause"/>.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task WaitAsync(TimeSpan pause, TimeProvider time, CancellationToken cancellation)
    {
        var signal = Volatile.Read(ref _signal).Task;
        await signal.WaitAsync(pause, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancellation.ThrowIfCancellationRequested();
        if (signal.IsCompleted)
        {
            // A signal that comes between these two lines belongs to this wait: the loop has not looked yet.
            Volatile.Write(ref _signal, New());
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
