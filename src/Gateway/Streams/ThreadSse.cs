using OrleansAgents.Client.Calls;
using OrleansAgents.Client.Live;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Threads;

namespace OrleansAgents.Gateway.Streams;

/// <summary>Answers with a thread's events and those of its runs as they come, for as long as the client listens.</summary>
internal sealed class ThreadSse(Caller caller, IGrainFactory grains, ILiveTail tail, TimeProvider time, Sessions sessions, IHostApplicationLifetime lifetime)
{
    public async Task StreamAsync(HttpContext context, Principal principal, string threadId)
    {
        var cursor = CursorOf(context.Request);
        using var session = sessions.Begin(Identity.Of(context.User));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, session.Token);
        var reader = grains.GetGrain<IThreadReader>(0);
        var source = new ThreadSource(caller, reader, principal, threadId);
        try
        {
            var first = await source.PageAsync(cursor.Seq, end.Token);
            var view = cursor.Seq <= first.Head ? null : await caller.FoundAsync(() => reader.ViewAsync(principal, threadId), end.Token);
            using var writer = SseWriter.Begin(context, time);
            if (view is not null)
            {
                writer.WriteGap(new(null, threadId, 0, GapEvent.Name, new(cursor.ToString(), view.Head, view)));
                cursor = ThreadCursor.Start;
            }

            await writer.FlushAsync();
            using var stream = new ThreadStream(source, tail, writer, time);
            await stream.RunAsync(cursor, end.Token);
        }
        catch (OperationCanceledException e) when (end.IsCancellationRequested || e is ClientTooSlowException)
        {
            // Gone, cut, no longer allowed or stopping: the response ends here, and the client's cursor says where to go on.
        }
        catch (Exception) when (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            throw;
        }
    }

    private static ThreadCursor CursorOf(HttpRequest request)
    {
        var (field, text) = SseRequest.CursorOf(request);
        return text is null ? ThreadCursor.Start
            : ThreadCursor.TryParse(text, out var cursor) ? cursor
            : throw ProblemException.Invalid("invalid_cursor", field, "A cursor is the id of an event of this stream, such as 3:12.1.340.");
    }
}
