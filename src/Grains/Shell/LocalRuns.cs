using System.Collections.Concurrent;

namespace OrleansAgents.Grains.Shell;

/// <summary>Runs with a live activation in this silo.</summary>
internal sealed class LocalRuns
{
    private readonly ConcurrentDictionary<string, IGrainContext> _runs = new();

    public int Count => _runs.Count;

    public void Add(string runId, IGrainContext activation) => _runs[runId] = activation;

    public void Remove(string runId, IGrainContext activation) => _runs.TryRemove(new(runId, activation));

    public bool Contains(string runId) => _runs.ContainsKey(runId);

    public IGrainContext? Find(string runId) => _runs.GetValueOrDefault(runId);
}
