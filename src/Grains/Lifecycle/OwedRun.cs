using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Lifecycle;

/// <summary>One run whose events are owed to a stream, with those of them that are still in memory. Not thread-safe.</summary>
internal sealed class OwedRun
{
    /// <summary>An event is left out when it was refused so often while other events passed.</summary>
    private const int MostRefusals = 3;

    private readonly List<JournalEvent> _events = [];
    private bool _isWhole = true;
    private TaskCompletionSource? _told;
    private int _refusals;
    private long _passedBefore;

    /// <summary>What the newest commit added.</summary>
    public Outgoing Last { get; private set; }

    public string Id => Last.Header.Id;

    /// <summary>Events that are held in memory.</summary>
    public int Held => _events.Count;

    public bool IsPublished => Last.Outlet.Published >= Last.Header.Head;

    /// <summary>It was part of a batch that the stream refused: its events travel one by one, so that they hold up no other run.</summary>
    public bool IsSuspect { get; set; }

    /// <summary>Completes when its events are published and that is recorded, or could not be.</summary>
    public Task Told => (_told ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Tell() => _told?.TrySetResult();

    /// <summary>Holds the events of a commit where there is room and they follow on those that it holds; else it holds none from now on.</summary>
    public void Add(in Outgoing next, int room)
    {
        Last = next;
        _isWhole = _isWhole && next.Events.Count <= room && (_events is not [.., var last] || next.Events is not [var first, ..] || first.Seq == last.Seq + 1);
        if (_isWhole)
        {
            _events.AddRange(next.Events);
        }
        else
        {
            _events.Clear();
        }
    }

    /// <summary>Takes another turn. Its events are then read from the journal.</summary>
    /// <param name="newest">What was committed since it was taken.</param>
    public void Again(in Outgoing? newest)
    {
        Last = newest ?? Last;
        _isWhole = false;
        _events.Clear();
        Tell();
        _told = null;
    }

    /// <summary>The next events to publish; none where the journal has no more.</summary>
    public async ValueTask<IReadOnlyList<JournalEvent>> NextAsync(IJournal journal) =>
        _isWhole && _events is [var first, ..] && first.Seq <= Last.Outlet.Published + 1
            ? _events
            : await journal.ReadAsync(Id, Last.Outlet.Published, Batches.Most);

    /// <summary>The stream has it up to there, or never will.</summary>
    public void Passed(long seq)
    {
        _refusals = 0;
        if (seq > Last.Outlet.Published)
        {
            Last.Outlet.Reached(seq);
        }
    }

    /// <summary>Its next event was refused once more. True when the fault is the event's and not the stream's.</summary>
    /// <param name="passed">Events that the stream has taken so far, of whatever run.</param>
    public bool IsRefusedForGood(long passed)
    {
        _refusals += _refusals == 0 || passed != _passedBefore ? 1 : 0;
        _passedBefore = passed;
        return _refusals >= MostRefusals;
    }
}
