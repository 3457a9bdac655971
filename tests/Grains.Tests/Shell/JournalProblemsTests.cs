using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Tests.Shell;

public sealed class JournalProblemsTests
{
    [Fact]
    public void Damage_is_named_by_the_kind_of_journal()
    {
        var damage = new JournalDamagedException("x", 3, "checksum");

        Assert.Equal("run_corrupt", JournalProblems.Run.Of(damage)!.Code);
        Assert.Equal("thread_corrupt", JournalProblems.Thread.Of(damage)!.Code);
        Assert.Equal("facts_corrupt", JournalProblems.Facts.Of(damage)!.Code);
        Assert.Equal("checksum", JournalProblems.Facts.Of(damage)!.Message);
    }

    [Fact]
    public void A_full_disk_and_a_refusing_store_are_told_apart_for_every_kind()
    {
        foreach (var kind in new[] { JournalProblems.Run, JournalProblems.Thread, JournalProblems.Facts })
        {
            Assert.Equal("storage_full", kind.Of(new StorageRefusedException(StorageRefusal.Full, "full"))!.Code);
            Assert.Equal("storage_unavailable", kind.Of(new StorageRefusedException(StorageRefusal.ReadOnly, "read-only"))!.Code);
            Assert.Equal("run_moved", kind.Of(new DoubtfulException())!.Code);
            Assert.Null(kind.Of(new InvalidOperationException("a fault of ours")));
        }
    }
}
