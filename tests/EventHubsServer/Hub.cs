using System.Collections.Concurrent;
using Amqp.Framing;
using Amqp.Listener;

namespace OrleansAgents.EventHubsServer;

/// <summary>What the links of one event hub share.</summary>
internal sealed class Hub(string name, int partitions, int maxEventsPerPartition)
{
    private readonly ConcurrentDictionary<ListenerLink, LinkKinds> _links = new();
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource _faultsChanged = NewSignal();
    private volatile Faults _faults = Faults.None;
    private uint _turn;

    public string Name => name;

    public DateTimeOffset CreatedAt { get; } = TimeProvider.System.GetUtcNow();

    public IReadOnlyList<Partition> Partitions { get; } = [.. Enumerable.Range(0, partitions).Select(i => new Partition(i.ToString(), maxEventsPerPartition))];

    public Gate Gate { get; } = new();

    public SasKey Key { get; } = new();

    public int MaxMessageBytes { get; set; } = 1024 * 1024;

    public Faults Faults
    {
        get => _faults;
        set
        {
            _faults = value;
            Gate.Set(value.HoldEverything);
            Interlocked.Exchange(ref _faultsChanged, NewSignal()).SetResult();
            foreach (var partition in Partitions)
            {
                partition.Wake();
            }
        }
    }

    /// <summary>Completes with the next change: an event was stored, or a link came or went.</summary>
    public Task NextChange => Volatile.Read(ref _changed).Task;

    /// <summary>Waits as long as the faults say; a change of the faults starts the wait anew.</summary>
    public async Task DelayAsync(Func<Faults, TimeSpan> delay)
    {
        Task change, end;
        do
        {
            change = Volatile.Read(ref _faultsChanged).Task;
            end = Task.Delay(delay(Faults));
        }
        while (await Task.WhenAny(end, change) != end);
    }

    public Partition? Find(string id) => Partitions.FirstOrDefault(p => p.Id == id);

    /// <summary>The same partition for the same key; without a key, the partitions in turn.</summary>
    public Partition Choose(string? key) =>
        Partitions[(int)((key is null ? Interlocked.Increment(ref _turn) - 1 : key.Aggregate(17u, (hash, c) => (hash * 31) + c)) % (uint)Partitions.Count)];

    public void Add(ListenerLink link, LinkKinds kind)
    {
        _links[link] = kind;
        Changed();
    }

    public void Remove(ListenerLink link)
    {
        _links.TryRemove(link, out _);
        Changed();
    }

    public int Count(LinkKinds kinds) => _links.Values.Count(k => kinds.HasFlag(k));

    public void Drop(LinkKinds kinds)
    {
        foreach (var (link, _) in _links.Where(l => kinds.HasFlag(l.Value)))
        {
            link.Close(TimeSpan.Zero, new Error("amqp:link:detach-forced") { Description = "The link was dropped by the stand-in." });
        }
    }

    public void Changed() => Interlocked.Exchange(ref _changed, NewSignal()).SetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
