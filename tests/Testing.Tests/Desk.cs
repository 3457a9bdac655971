namespace OrleansAgents.Testing.Tests;

/// <summary>An agent with tools of every kind, and what the world outside has seen of them. It outlives the silos.</summary>
internal sealed class Desk
{
    private int _read;
    private int _booked;
    private int _paid;

    public int Read => Volatile.Read(ref _read);

    public int Booked => Volatile.Read(ref _booked);

    public int Paid => Volatile.Read(ref _paid);

    /// <summary>What a reading waits for.</summary>
    public Func<CancellationToken, Task> Slowness { get; set; } = _ => Task.CompletedTask;

    public Task<TestAgents> StartAsync(TestAgentsOptions? options = null) => TestAgents.StartAsync(
        a => a.AddAgent("clerk", c => c
            .Instructions("Do as asked.")
            .Tool(ReadAsync, t => t.ReadOnly().Name("read").Timeout(600).Retries(1))
            .Tool(Book, t => t.Idempotent().Name("book"))
            .Tool(Pay, t => t.AtMostOnce().Name("pay"))),
        options);

    private async Task<string> ReadAsync(string line, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _read);
        await Slowness(cancellation);
        return $"read {line}";
    }

    private string Book(string line)
    {
        Interlocked.Increment(ref _booked);
        return $"booked {line}";
    }

    private string Pay(string line)
    {
        Interlocked.Increment(ref _paid);
        return $"paid {line}";
    }
}
