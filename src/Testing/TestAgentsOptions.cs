namespace OrleansAgents.Testing;

/// <summary>What a test may want otherwise.</summary>
public sealed class TestAgentsOptions
{
    /// <summary>How long a wait lasts at most, in real time. Default 30 s; more than 0.</summary>
    /// <remarks>It only bounds a test that fails: a wait ends with the event that it waits for.</remarks>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where the clock stands at the start. Default 1 January 2030, 12:00 UTC.</summary>
    public DateTimeOffset Now { get; init; } = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Configuration as the program would read it, such as <c>Agents:refunds:Instructions</c> or <c>Models:default:Price:Input</c>.</summary>
    /// <remarks>Provider, endpoint, name and key of every model are the test's own, whatever stands here.</remarks>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();
}
