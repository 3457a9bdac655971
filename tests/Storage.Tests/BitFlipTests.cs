using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;
using Xunit;
using static OrleansAgents.Storage.Tests.Sample;

namespace OrleansAgents.Storage.Tests;

/// <summary>One bit changes in every 512 bytes of a file: each answer is the truth, a part of it, or a report of damage.</summary>
public sealed class BitFlipTests : IDisposable
{
    private const int Journals = 12;
    private static readonly Body Shared = Body(new string('b', 9_000));
    private readonly string _folder = Directory.CreateTempSubdirectory("flips-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(17)]
    public async Task Nothing_wrong_is_served_whichever_bit_changes(int seed)
    {
        var original = Path.Combine(_folder, "store.db");
        await using (var journal = new SqliteJournal(original))
        {
            await FillAsync(journal);
        }

        var untouched = Path.Combine(_folder, "untouched.db");
        File.Copy(original, untouched);
        await using (var journal = new SqliteJournal(untouched))
        {
            Assert.Empty(await WrongAnswersAsync(journal));
            Assert.Empty(journal.Damage);
        }

        var bytes = await File.ReadAllBytesAsync(original, TestContext.Current.CancellationToken);
        var random = new Random(seed);
        var wrong = new List<string>();
        for (var block = 0; block < bytes.Length; block += 512)
        {
            var (at, bit) = (block + random.Next(512), random.Next(8));
            var path = Path.Combine(_folder, $"flipped-{block}.db");
            bytes[at] ^= (byte)(1 << bit);
            await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
            bytes[at] ^= (byte)(1 << bit);
            wrong.AddRange((await TryAsync(path)).Select(w => $"byte {at} bit {bit}: {w}"));
            File.Delete(path);
        }

        Assert.Empty(wrong);
    }

    private static async Task FillAsync(IJournal journal)
    {
        for (var n = 0; n < Journals; n++)
        {
            var (id, body) = ($"run-{n}", Body($"own {n}"));
            await journal.AppendAsync(Append(id, 0, 8, commands: new RecordedCommand("start", $"hash-{n}", 1)) with { Bodies = [Shared, body] });
            await journal.AppendAsync(Append(id, 8, 4, commands: new RecordedCommand($"command-{n}", $"hash-{n}", 9)));
            await journal.SnapshotAsync(id, new(6, 1, [.. Enumerable.Repeat((byte)n, 200)]));
        }

        await journal.AppendAsync(Append("gone", 0, 1) with { Header = Header("gone", 1).Ended() });
        await journal.DeleteAsync("gone");
    }

    private static async Task<List<string>> TryAsync(string path)
    {
        try
        {
            await using var journal = new SqliteJournal(path);
            return await WrongAnswersAsync(journal);
        }
        catch (StorageUnusableException)
        {
            return [];
        }
    }

    private static async Task<List<string>> WrongAnswersAsync(SqliteJournal journal)
    {
        var wrong = new List<string>();
        for (var n = 0; n < Journals; n++)
        {
            var id = $"run-{n}";
            await Ask($"events of {id}", async () =>
            {
                var read = new List<string>();
                while (read.Count < 12)
                {
                    var page = await journal.ReadAsync(id, read.Count, 100);
                    if (page.Count == 0)
                    {
                        return false;
                    }

                    read.AddRange(page.Select(e => e.Words()));
                }

                return read.SequenceEqual(Enumerable.Range(1, 12).Select(seq => Event(id, seq).Words()));
            });
            await Ask($"header of {id}", async () => (await journal.FindAsync(id)) is { } view && view.Header == Header(id, 12)
                && (view.Snapshot is null || (view.Snapshot.Seq == 6 && view.Snapshot.Data.All(b => b == n))));
            await Ask($"command of {id}", async () =>
                await journal.FindCommandAsync(id, $"command-{n}") == new RecordedCommand($"command-{n}", $"hash-{n}", 9));
            await Ask($"body of {id}", async () => (await journal.ReadBodyAsync(id, Body($"own {n}").Ref))?.SequenceEqual(Body($"own {n}").Data) == true);
        }

        await Ask("shared body", async () => (await journal.ReadBodyAsync("run-0", Shared.Ref))?.SequenceEqual(Shared.Data) == true);
        await Ask("list", async () => Complete(await journal.ListAsync(new(Principal.Local, null, null, null, null, 100))));
        await Ask("scan", async () => Complete(await journal.ScanAsync(new(Start, [], null, 100))));
        await Ask("deleted", async () =>
        {
            await journal.FindAsync("gone");
            return false;
        });

        // Last, because it writes.
        for (var n = 0; n < Journals; n++)
        {
            var lease = n;
            await Ask($"lease of run-{n}", async () => IsTrue(await journal.AcquireAsync($"run-{lease}", "silo-b"), lease));
        }

        return wrong;

        static bool IsTrue(Lease lease, int n)
        {
            var id = $"run-{n}";
            var folded = lease.Snapshot is { } s ? s.Seq == 6 && s.Data.All(b => b == n) ? 6 : -1 : 0;
            return lease.Header == Header(id, 12, epoch: 2, owner: "silo-b")
                && lease.Tail.Select(e => e.Words()).SequenceEqual(Enumerable.Range(folded + 1, 12 - folded).Select(seq => Event(id, seq).Words()));
        }

        bool Complete(IReadOnlyList<JournalHeader> headers) => headers.All(h => h == Header(h.Id, 12))
            && headers.DistinctBy(h => h.Id).Count() == headers.Count && (headers.Count == Journals || journal.Damage.Count > 0);

        async Task Ask(string what, Func<Task<bool>> isTrue)
        {
            try
            {
                if (!await isTrue())
                {
                    wrong.Add(what);
                }
            }
            catch (Exception e) when (e is JournalDamagedException || (e is JournalDeletedException && what == "deleted"))
            {
                // It is said.
            }
            catch (Exception e)
            {
                wrong.Add($"{what}: {e.GetType().Name} {e.Message}");
            }
        }
    }
}
