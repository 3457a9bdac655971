using System.Runtime.CompilerServices;
using System.Threading.Channels;
using OrleansAgents.Client.Calls;
using OrleansAgents.Client.Live;
using OrleansAgents.Client.Streams;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Client;

/// <summary>Agent runs for services inside the cluster's network: start, command, wait, watch. Thread-safe.</summary>
/// <remarks>
/// Calls are repeated while a run changes silos; give a command an id of your own to repeat it safely over a crash of yours as
/// well. Every method throws <see cref="RefusedException"/> when the answer is no, and <see cref="UnavailableException"/> when
/// there is none.
/// </remarks>
public sealed class AgentsClient
{
    private readonly Caller _caller;
    private readonly ILiveTail _tail;
    private readonly TimeProvider _time;
    private readonly Principal _principal;

    internal AgentsClient(Caller caller, ILiveTail tail, TimeProvider time, Principal principal) =>
        (_caller, _tail, _time, _principal) = (caller, tail, time, principal);

    /// <summary>The same client for another user. What it starts is theirs, and it sees what they see.</summary>
    public AgentsClient As(Principal principal) => new(_caller, _tail, _time, principal);

    /// <summary>Starts a run; it is durable when this returns.</summary>
    /// <param name="commandId">The same id with the same request names the same run, however often it is asked for.</param>
    /// <returns>The run's id.</returns>
    public async Task<string> StartAsync(StartRun request, string? commandId = null)
    {
        var runId = commandId is null ? JournalIds.NewRun() : JournalIds.RunOfKey(_principal, commandId);
        var meta = Meta("start", runId, request, commandId);
        await _caller.CommandAsync(runId, run => run.StartAsync(request, meta), CancellationToken.None);
        return runId;
    }

    public Task<Receipt> SendAsync(string runId, string content, MessageDelivery delivery = MessageDelivery.Steer, string? commandId = null) =>
        CommandAsync(runId, "message", new { content, delivery }, commandId, (run, meta) => run.MessageAsync(content, delivery, meta));

    public Task<Receipt> PauseAsync(string runId, PauseMode mode = PauseMode.Step, string? commandId = null) =>
        CommandAsync(runId, "pause", mode, commandId, (run, meta) => run.PauseAsync(mode, meta));

    public Task<Receipt> ResumeAsync(string runId, string? commandId = null) =>
        CommandAsync(runId, "resume", "", commandId, (run, meta) => run.ResumeAsync(meta));

    /// <summary>Makes the waiting attempt at a model call now.</summary>
    public Task<Receipt> RetryAsync(string runId, string? commandId = null) =>
        CommandAsync(runId, "retry", "", commandId, (run, meta) => run.RetryAsync(meta));

    public Task<Receipt> CancelAsync(string runId, string? reason = null, string? commandId = null) =>
        CommandAsync(runId, "cancel", reason, commandId, (run, meta) => run.CancelAsync(reason, meta));

    /// <summary>Records what the user thinks of the answer, also after the end of the run.</summary>
    /// <param name="note">2,000 characters at most.</param>
    public Task<Receipt> GiveFeedbackAsync(string runId, FeedbackValue value, string? note = null, string? commandId = null) =>
        CommandAsync(runId, "feedback", new { value, note }, commandId, (run, meta) => run.GiveFeedbackAsync(value, note, meta));

    /// <summary>Answers what the run waits for.</summary>
    public Task<Receipt> ResolveAsync(string runId, string callId, CallDecision decision, string? result = null, string? commandId = null) =>
        CommandAsync(runId, "resolve", new { callId, decision, result }, commandId, (run, meta) => run.ResolveAsync(callId, decision, result, meta));

    /// <summary>The run as it stands.</summary>
    public Task<RunView> ViewAsync(string runId, CancellationToken cancellation = default) => Source(runId).ViewAsync(cancellation);

    /// <summary>Runs, newest first.</summary>
    public Task<RunList> ListAsync(RunListFilter filter, CancellationToken cancellation = default) =>
        _caller.ReadAsync(reader => reader.ListAsync(_principal, filter), cancellation);

    /// <summary>Waits for the run's end, at most so long. The view says how it stands then: ended or not.</summary>
    public async Task<RunView> WaitAsync(string runId, TimeSpan timeout, CancellationToken cancellation = default)
    {
        var source = Source(runId);
        await new RunWait(_tail, _time).ForEndAsync(source, timeout, cancellation);
        return await source.ViewAsync(cancellation);
    }

    /// <summary>Everything of a run after a cursor: what is recorded, then what happens, to its end. Survives silos.</summary>
    /// <param name="cursor">That of the last item seen; null for the beginning.</param>
    /// <exception cref="ArgumentException">The cursor is none that an item gave.</exception>
    public async IAsyncEnumerable<WatchedItem> WatchAsync(
        string runId, string? cursor = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var place = Cursor.Start;
        if (cursor is not null && !Cursor.TryParse(cursor, out place))
        {
            throw new ArgumentException($"'{cursor}' is not the cursor of an item.", nameof(cursor));
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var viewer = new Viewer(end.Token);
        var producing = viewer.ProduceAsync(RunStream.StreamAsync(Source(runId), place, _tail, viewer, _time, end.Token));
        try
        {
            await foreach (var item in viewer.Items.ReadAllAsync(cancellation))
            {
                yield return item;
            }
        }
        finally
        {
            await end.CancelAsync();
            await producing;
        }
    }

    private RunSource Source(string runId) => new(_caller, _principal, runId);

    private Task<Receipt> CommandAsync<T>(
        string runId, string command, T request, string? commandId, Func<IRunGrain, CommandMeta, Task<CommandResult>> give)
    {
        var meta = Meta(command, runId, request, commandId);
        return _caller.CommandAsync(runId, run => give(run, meta), CancellationToken.None);
    }

    private CommandMeta Meta<T>(string command, string runId, T request, string? commandId) => new(
        commandId ?? JournalIds.NewCommand(), RequestHash.Of(command, runId, request), _principal);

    /// <summary>A bounded buffer between the stream and whoever enumerates.</summary>
    private sealed class Viewer(CancellationToken end) : IViewer
    {
        private readonly Channel<WatchedItem> _items = Channel.CreateBounded<WatchedItem>(256);

        public ChannelReader<WatchedItem> Items => _items.Reader;

        public async Task ShowAsync(string journalId, IReadOnlyList<Frame> frames)
        {
            foreach (var frame in frames)
            {
                await _items.Writer.WriteAsync(new(frame.Cursor.ToString(), frame.Event, frame.Delta), end);
            }
        }

        public Task KeepAliveAsync() => Task.CompletedTask;

        public async Task ProduceAsync(Task stream)
        {
            try
            {
                await stream;
                _items.Writer.Complete();
            }
            catch (Exception e)
            {
                _items.Writer.TryComplete(end.IsCancellationRequested ? null : e);
            }
        }
    }
}

/// <summary>An event or a piece of an answer; exactly one of the two is set.</summary>
/// <param name="Cursor">The place of somebody who has seen this.</param>
public sealed record WatchedItem(string Cursor, JournalEvent? Event, ModelDelta? Delta);
