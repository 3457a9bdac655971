namespace OrleansAgents.Client.Calls;

/// <summary>Tells when the silos may have forgotten this process: a restarted one knows nothing of it, and nothing else would say so.</summary>
internal sealed class ClusterWatch
{
    public event Action? Reconnected;

    public void Reconnect() => Reconnected?.Invoke();
}
