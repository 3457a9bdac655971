using OrleansAgents.Client.Live;
using OrleansAgents.Events;

namespace OrleansAgents.Client.Streams;

/// <summary>Waits for the end of a run, for clients that would rather wait than ask again.</summary>
internal sealed class RunWait(ILiveTail tail, TimeProvider time)
{
    public static bool HasEnded(RunStatus status) => status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled;

    /// <summary>Returns when the run has ended or <paramref name="patience"/> is over, whichever is first.</summary>
    public async Task ForEndAsync(RunSource source, TimeSpan patience, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        try
        {
            var subscription = tail.Subscribe(source.RunId);
            var first = await source.PageAsync(0, either.Token);
            await new RunStream(source, tail, Nobody.Instance, time).RunAsync(new Feed(Cursor.Start, 0), subscription, first, either.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // The answer says that it goes on.
        }
    }

    private sealed class Nobody : IViewer
    {
        public static readonly Nobody Instance = new();

        public Task ShowAsync(string journalId, IReadOnlyList<Frame> frames) => Task.CompletedTask;

        public Task KeepAliveAsync() => Task.CompletedTask;
    }
}
