using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>Everything that the process would put into traces, of every source and as far as it can be asked for.</summary>
internal sealed class SpanCapture : IDisposable
{
    private readonly ConcurrentQueue<string> _texts = [];
    private readonly ActivityListener _listener;

    public SpanCapture()
    {
        _listener = new()
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                _texts.Enqueue(span.DisplayName);
                foreach (var (name, value) in span.TagObjects.Concat(span.Events.SelectMany(e => e.Tags)))
                {
                    _texts.Enqueue($"{name}={value}");
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyCollection<string> Texts => _texts;

    public void Dispose() => _listener.Dispose();
}
