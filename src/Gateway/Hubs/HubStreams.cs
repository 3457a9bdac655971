using System.Runtime.CompilerServices;
using OrleansAgents.Client.Calls;
using OrleansAgents.Client.Live;
using OrleansAgents.Client.Streams;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Streams;
using OrleansAgents.Gateway.Threads;
using OrleansAgents.Runs;
using OrleansAgents.Threads;

namespace OrleansAgents.Gateway.Hubs;

/// <summary>The event streams over SignalR.</summary>
internal sealed class HubStreams(Caller caller, IGrainFactory grains, ILiveTail tail, TimeProvider time, IHostApplicationLifetime lifetime)
{
    public IAsyncEnumerable<HubItem> Run(Principal principal, string runId, string? cursor, CancellationToken cancellation) =>
        StreamAsync(
            async (viewer, end) =>
            {
                if (!JournalIds.CanBeRun(runId))
                {
                    throw new RefusedException(Caller.NotFound);
                }

                var place = Cursor.Start;
                if (cursor is not null && !Cursor.TryParse(cursor, out place))
                {
                    throw ProblemException.Invalid("invalid_cursor", "cursor", "A cursor is that of an item, such as 12 or 12.1.340.");
                }

                var source = new RunSource(caller, principal, runId);
                if (place.Seq > 0 && await source.ViewAsync(end) is var view && place.Seq > view.Head)
                {
                    await viewer.GapAsync(new(runId, null, view.Head, GapEvent.Name, new(cursor!, view.Head, view)));
                    place = new(view.Head);
                }

                await RunStream.StreamAsync(source, place, tail, viewer, time, end);
            },
            cancellation);

    public IAsyncEnumerable<HubItem> Thread(Principal principal, string threadId, string? cursor, CancellationToken cancellation) =>
        StreamAsync(
            async (viewer, end) =>
            {
                if (!JournalIds.CanBeThread(threadId))
                {
                    throw new RefusedException(ThreadRoutes.NotFound);
                }

                var place = ThreadCursor.Start;
                if (cursor is not null && !ThreadCursor.TryParse(cursor, out place))
                {
                    throw ProblemException.Invalid("invalid_cursor", "cursor", "A cursor is that of an item, such as 3:12.1.340.");
                }

                var reader = grains.GetGrain<IThreadReader>(0);
                var view = await caller.FoundAsync(() => reader.ViewAsync(principal, threadId), end);
                if (place.Seq > view.Head)
                {
                    await viewer.GapAsync(new(null, threadId, 0, GapEvent.Name, new(cursor!, view.Head, view)));
                    place = ThreadCursor.Start;
                }

                using var stream = new ThreadStream(new(caller, reader, principal, threadId), tail, viewer, time);
                await stream.RunAsync(place, end);
            },
            cancellation);

    private async IAsyncEnumerable<HubItem> StreamAsync(
        Func<HubViewer, CancellationToken, Task> produce, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var viewer = new HubViewer(time);
        var producing = ProduceAsync();
        try
        {
            await foreach (var item in viewer.ReadAllAsync(cancellation))
            {
                yield return item;
            }
        }
        finally
        {
            await end.CancelAsync();
            await producing;
        }

        async Task ProduceAsync()
        {
            HubProblem? problem = null;
            try
            {
                await produce(viewer, end.Token);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                // The client left, or the server stops. An end without a word would mean that nothing follows.
                problem = new("unavailable", null, "The server stops; go on from its cursor.");
            }
            catch (Exception e)
            {
                problem = e is ClientTooSlowException
                    ? new("too_slow", null, "The client took too long to read; go on from its cursor.")
                    : HubCommands.ProblemOf(e) ?? new("unavailable", null, "The stream ended early; go on from its cursor.");
            }

            viewer.End(problem);
        }
    }
}
