using OrleansAgents.Client.Calls;
using OrleansAgents.Client.Streams;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Threads;

namespace OrleansAgents.Gateway.Streams;

/// <summary>What a stream reads of one thread.</summary>
internal sealed class ThreadSource(Caller caller, IThreadReader reader, Principal principal, string threadId)
{
    private const int PageSize = 200;

    public string ThreadId => threadId;

    public RunSource Run(string runId) => new(caller, principal, runId);

    public Task<EventPage> PageAsync(long after, CancellationToken cancellation) =>
        caller.FoundAsync(() => reader.EventsAsync(principal, threadId, after, PageSize), cancellation);

    /// <summary>The run whose turn is open after <paramref name="seq"/>, or null.</summary>
    public async Task<string?> ActiveAtAsync(long seq, CancellationToken cancellation)
    {
        for (var back = 32L; ; back *= 2)
        {
            var from = Math.Max(0, seq - back);
            JournalEvent? turn = null;
            for (var at = from; at < seq && await PageAsync(at, cancellation) is { Items.Count: > 0 } page; at = page.Items[^1].Seq)
            {
                turn = page.Items.LastOrDefault(e => e.Seq <= seq && e.Type is ("turn.accepted" or "turn.ended")) ?? turn;
            }

            if (turn is not null || from == 0)
            {
                return (turn?.Decode() as TurnAccepted)?.RunId;
            }
        }
    }
}
