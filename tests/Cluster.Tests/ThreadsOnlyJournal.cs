using OrleansAgents.Events;
using OrleansAgents.Testing;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Takes the commits of threads and refuses those of runs: a turn is accepted and its run does not start.</summary>
internal sealed class ThreadsOnlyJournal(Journal.IJournal inner) : JournalDecorator(inner)
{
    public override Task<Journal.AppendOutcome> AppendAsync(Journal.Append append) => JournalIds.IsThread(append.Id)
        ? base.AppendAsync(append)
        : throw new Journal.StorageRefusedException(Journal.StorageRefusal.Io, "storage reports an error.");
}
