using OrleansAgents.Events;

namespace OrleansAgents.Gateway.Tests.Streams;

/// <summary>Events of a small run.</summary>
internal static class SampleEvents
{
    public const string RunId = "run_test";

    public static RunCreated Created { get; } = new("agent", "sha256:0", "default", "Hello", Principal.Local, new());

    public static JournalEvent Event(long seq, RunEvent e) =>
        new(RunId, seq, DateTimeOffset.UnixEpoch.AddSeconds(seq), EventCodec.NameOf(e), null, EventCodec.Encode(e));

    public static ModelStarted ModelStarted(int step, int attempt) => new(step, attempt, "default", 1000, new(1, 2, 2, "window-1"));

    public static ModelCompleted ModelCompleted(int step, int attempt, string text) =>
        new(step, attempt, [new TextPart(text)], [], new(10, 0, 5, 0, 1, 0), "stop", 10, "sha256:1");
}
