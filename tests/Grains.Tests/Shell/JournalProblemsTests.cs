using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Tests.Shell;

public sealed class JournalProblemsTests
{
    [Theory]
    [InlineData("run_a", "run_corrupt")]
    [InlineData("thr_a", "thread_corrupt")]
    [InlineData("fct_a", "facts_corrupt")]
    public void Damage_is_named_by_the_damaged_journal_whoever_reads_it(string id, string code)
    {
        foreach (var reader in new[] { JournalProblems.Run, JournalProblems.Thread, JournalProblems.Facts })
        {
            var problem = reader.Of(new JournalDamagedException(id, 3, "checksum"))!;
            Assert.Equal((code, "checksum"), (problem.Code, problem.Message));
        }
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
