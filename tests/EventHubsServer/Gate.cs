namespace OrleansAgents.EventHubsServer;

/// <summary>A barrier that can be closed and opened again; whoever comes while it is closed waits.</summary>
internal sealed class Gate
{
    private readonly Lock _sync = new();
    private TaskCompletionSource? _closed;

    public Task PassAsync()
    {
        lock (_sync)
        {
            return _closed?.Task ?? Task.CompletedTask;
        }
    }

    public void Set(bool closed)
    {
        lock (_sync)
        {
            if (closed)
            {
                _closed ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            else
            {
                _closed?.SetResult();
                _closed = null;
            }
        }
    }
}
