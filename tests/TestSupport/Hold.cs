namespace OrleansAgents.Testing;

/// <summary>A place where one thread of events can be held: who comes by waits until it is let on.</summary>
internal sealed class Hold
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Comes by: waits for <see cref="Open"/>.</summary>
    public async Task PassAsync()
    {
        _reached.TrySetResult();
        await _open.Task;
    }

    /// <summary>Waits until somebody stands at the barrier.</summary>
    public async Task ReachedAsync(string what)
    {
        try
        {
            await _reached.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {what}.");
        }
    }

    public void Open() => _open.TrySetResult();
}
