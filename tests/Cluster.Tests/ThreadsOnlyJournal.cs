using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Takes the commits of threads and refuses those of runs: a turn is accepted and its run does not start.</summary>
internal sealed class ThreadsOnlyJournal(IJournal inner) : JournalDecorator(inner)
{
    public override Task<AppendOutcome> AppendAsync(Append append) => JournalIds.IsThread(append.Id)
        ? base.AppendAsync(append)
        : throw new StorageRefusedException(Journal.StorageRefusal.Io, "storage reports an error.");
}
