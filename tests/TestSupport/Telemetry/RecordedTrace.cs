using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrleansAgents.Testing;

/// <summary>A caller's span, and whatever is told in its trace or of one run, as any listener would get it.</summary>
internal sealed class RecordedTrace : IDisposable
{
    private const string Caller = "OrleansAgents.Tests";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly ActivitySource Callers = new(Caller);
    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly SemaphoreSlim _news = new(0);

    public RecordedTrace()
    {
        _listener = new()
        {
            ShouldListenTo = s => s.Name is Caller or "OrleansAgents",
            // As a sampler does that goes by the parent.
            Sample = (ref ActivityCreationOptions<ActivityContext> o) => o.Parent == default || o.Parent.TraceFlags == ActivityTraceFlags.Recorded
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.None,
            ActivityStopped = span =>
            {
                _ended.Enqueue(span);
                _news.Release();
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyCollection<Activity> Ended => _ended;

    /// <summary>Calls in a span of its own, the first of its trace.</summary>
    /// <param name="isKept">False for one that no receiver gets.</param>
    public static async Task<Activity> InSpanAsync(Func<Task> call, bool isKept = true)
    {
        using var span = Callers.StartActivity("caller", ActivityKind.Server, default(ActivityContext)) ?? throw new InvalidOperationException("Nobody listens.");
        if (!isKept)
        {
            span.ActivityTraceFlags = ActivityTraceFlags.None;
        }

        await call();
        return span;
    }

    /// <summary>The next span that has ended so, seen or still to come.</summary>
    public async Task<Activity> EndedAsync(Func<Activity, bool> wanted, string what)
    {
        while (true)
        {
            if (_ended.FirstOrDefault(wanted) is { } span)
            {
                return span;
            }

            if (!await _news.WaitAsync(Patience))
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {what}; there are: {string.Join(", ", _ended.Select(s => s.OperationName).Distinct())}.");
            }
        }
    }

    /// <summary>From a span to the first of its trace, by name, as far as they have ended.</summary>
    public IReadOnlyList<string> Ancestors(Activity span)
    {
        var names = new List<string>();
        for (var at = span; at is not null; at = _ended.FirstOrDefault(s => s.SpanId == at.ParentSpanId))
        {
            names.Add(at.OperationName);
        }

        return names;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _news.Dispose();
    }
}
