using OrleansAgents.Client.Calls;
using OrleansAgents.Client.Live;
using OrleansAgents.Client.Streams;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Streams;

/// <summary>Answers with a run's events as they come: replay after the cursor, then live until the run has ended.</summary>
internal sealed class SseEndpoint(Caller caller, ILiveTail tail, TimeProvider time, Sessions sessions, IHostApplicationLifetime lifetime)
{
    /// <summary>Streams a run from the cursor that the request carries.</summary>
    public Task StreamAsync(HttpContext context, Principal principal, string runId) =>
        StreamAsync(context, principal, runId, CursorOf(context.Request));

    /// <summary>Streams a run from <paramref name="cursor"/>.</summary>
    public async Task StreamAsync(HttpContext context, Principal principal, string runId, Cursor cursor)
    {
        // A stream would hold the server's stop until its time-out; the client comes back with its cursor.
        using var session = sessions.Begin(Identity.Of(context.User));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, session.Token);
        var source = new RunSource(caller, principal, runId);
        var subscription = tail.Subscribe(runId);
        var owned = true;
        try
        {
            var first = await source.PageAsync(cursor.Seq, end.Token);
            if (cursor is { Attempt: null } && first.Terminal && cursor.Seq == first.Head)
            {
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }

            var feed = cursor.Seq > first.Head ? null : await OpenAsync(source, cursor, end.Token);
            using var writer = SseWriter.Begin(context, time);
            if (feed is null)
            {
                // Begin anew from the view; what is open at its head is told from its start.
                var view = await source.ViewAsync(end.Token);
                writer.WriteGap(new(runId, null, view.Head, GapEvent.Name, new(cursor.ToString(), view.Head, view)));
                feed = await OpenAsync(source, new(view.Head), end.Token);
                first = await source.PageAsync(view.Head, end.Token);
            }

            await writer.FlushAsync();
            owned = false;
            await new RunStream(source, tail, writer, time).RunAsync(feed, subscription, first, end.Token);
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
        finally
        {
            if (owned)
            {
                subscription.Dispose();
            }
        }
    }

    private static async Task<Feed> OpenAsync(RunSource source, Cursor cursor, CancellationToken cancellation)
    {
        var feed = await source.FeedAsync(cursor, cancellation);
        return feed.CursorIsForeign
            ? throw ProblemException.Invalid("invalid_cursor", "after", $"No attempt {cursor.Attempt} was open behind event {cursor.Seq}.")
            : feed;
    }

    private static Cursor CursorOf(HttpRequest request)
    {
        var (field, text) = SseRequest.CursorOf(request);
        return text is null ? Cursor.Start
            : Cursor.TryParse(text, out var cursor) ? cursor
            : throw ProblemException.Invalid("invalid_cursor", field, "A cursor is the id of an event, such as 12 or 12.1.340.");
    }
}
