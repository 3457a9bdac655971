using System.Collections.Concurrent;
using OrleansAgents.Journal;

namespace OrleansAgents.Testing;

/// <summary>A journal that tells when a run's end is on disk, whoever's run it is and whichever silo writes it.</summary>
internal sealed class RunEndsJournal(IJournal inner) : JournalDecorator(inner)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _ends = new();

    public override async Task<AppendOutcome> AppendAsync(Append append)
    {
        var outcome = await base.AppendAsync(append);
        if (outcome == AppendOutcome.Committed && append.Header.EndedAt is not null)
        {
            End(append.Id).TrySetResult();
        }

        return outcome;
    }

    /// <exception cref="TimeoutException">It did not end.</exception>
    public async Task EndedAsync(string run)
    {
        try
        {
            await End(run).Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {run} to end.");
        }
    }

    private TaskCompletionSource End(string run) => _ends.GetOrAdd(run, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
