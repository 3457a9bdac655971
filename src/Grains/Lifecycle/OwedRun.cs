using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Lifecycle;

/// <summary>One run whose events are owed to a stream, with those of them that are still in memory. Not thread-safe.</summary>
internal sealed class OwedRun
{
    /// <summary>Bytes of an event beside its data, about.</summary>
    private const int Overhead = 256;

    /// <summary>An event is left out when it was refused so often while other events passed.</summary>
    private const int MostRefusals = 3;

    /// <summary>Refusals count once in this time: a stream that falters for a moment is not the event's fault.</summary>
    private static readonly TimeSpan BetweenRefusals = TimeSpan.FromSeconds(30);

    private readonly List<JournalEvent> _events = [];
    private bool _isWhole = true;
    private TaskCompletionSource? _turn;
    private int _refusals;
    private (long Passed, long At) _refused;

    /// <summary>What the newest commit added.</summary>
    public Outgoing Last { get; private set; }

    public string Id => Last.Header.Id;

    /// <summary>Bytes of the events that are held in memory.</summary>
    public int Held { get; private set; }

    /// <summary>Events that are to be published.</summary>
    public long Owed => Last.Header.Head - Last.Outlet.Published;

    /// <summary>It could not be read, or was part of a batch that the stream refused: its events travel one by one, and in turn with the runs that are none.</summary>
    public bool IsSuspect { get; set; }

    /// <summary>Completes with the run's next turn, whatever comes of it.</summary>
    public Task Turn => (_turn ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void EndTurn()
    {
        _turn?.TrySetResult();
        _turn = null;
    }

    /// <summary>Holds the events of a commit where there is room and they follow on those that it holds; else it holds none from now on.</summary>
    /// <param name="room">Bytes.</param>
    public void Add(in Outgoing next, int room)
    {
        Replace(next);
        var bytes = BytesOf(next.Events);
        _isWhole = _isWhole && bytes <= room && (_events is not [.., var last] || next.Events is not [var first, ..] || first.Seq == last.Seq + 1);
        if (_isWhole)
        {
            _events.AddRange(next.Events);
            Held += bytes;
        }
        else
        {
            Drop();
        }
    }

    /// <summary>It takes another turn. Its events are then read from the journal.</summary>
    /// <param name="newest">What was committed since it was taken.</param>
    public void Again(in Outgoing? newest)
    {
        if (newest is { } next)
        {
            Replace(next);
        }

        _isWhole = false;
        Drop();
        EndTurn();
    }

    /// <summary>The next events to publish; none where the journal has no more.</summary>
    public async ValueTask<IReadOnlyList<JournalEvent>> NextAsync(IJournal journal) =>
        _isWhole && _events is [var first, ..] && first.Seq <= Last.Outlet.Published + 1
            ? _events
            : await journal.ReadAsync(Id, Last.Outlet.Published, Batches.Most);

    /// <summary>Nothing is owed up to there any more.</summary>
    public void Passed(long seq)
    {
        if (seq > Last.Outlet.Published)
        {
            _refusals = 0;
            Last.Outlet.Reached(seq);
        }
    }

    /// <summary>Its next event was refused once more. True when the fault is the event's and not the stream's.</summary>
    /// <param name="passed">Events that the stream has taken so far, of whatever run.</param>
    public bool IsRefusedForGood(long passed, TimeProvider time)
    {
        var counts = _refusals == 0 || (passed != _refused.Passed && time.GetElapsedTime(_refused.At) >= BetweenRefusals);
        if (counts)
        {
            _refusals++;
            _refused = (passed, time.GetTimestamp());
        }

        return _refusals >= MostRefusals;
    }

    /// <summary>A loop: this is in the way of every durable step.</summary>
    private static int BytesOf(IReadOnlyList<JournalEvent> events)
    {
        var bytes = 0;
        for (var i = 0; i < events.Count; i++)
        {
            bytes += events[i].Data.Length + Overhead;
        }

        return bytes;
    }

    private void Drop()
    {
        _events.Clear();
        Held = 0;
    }

    /// <summary>A header tells of progress only when all is published: whoever offers the run by its header does not know how far it is.</summary>
    private void Replace(in Outgoing next)
    {
        if (Last.Outlet is { } outlet && outlet.Published > next.Outlet.Published && outlet.Published <= next.Header.Head)
        {
            next.Outlet.Reached(outlet.Published);
        }

        Last = next;
    }
}
