using System.Text;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;

// A process to be hurt: appends to one journal and says what it was told, one line for each append.
// StoreProgram append FILE COUNT PAUSES   "acked SEQ", "refused REASON", "unknown"; after a line "pause" it waits for a line of input.
// StoreProgram hold FILE                  "held"; keeps the file until its input ends.
// A store that cannot be used: the sentence, and exit code 3.
try
{
    return args switch
    {
        ["append", var file, var count, .. var pauses] => await AppendAsync(file, int.Parse(count), [.. pauses.Select(int.Parse)]),
        ["hold", var file] => await HoldAsync(file),
        _ => 2,
    };
}
catch (StorageUnusableException e)
{
    Console.WriteLine(e.Message);
    return 3;
}

static async Task<int> HoldAsync(string file)
{
    await using var journal = new SqliteJournal(file);
    Console.WriteLine($"held {Environment.ProcessId}");
    Console.ReadLine();
    return 0;
}

static async Task<int> AppendAsync(string file, int count, HashSet<int> pauses)
{
    await using var journal = new SqliteJournal(file);
    Console.WriteLine($"opened {Environment.ProcessId}");
    var (epoch, head) = (0L, 0L);
    var mine = false;
    for (var n = 1; n <= count; n++)
    {
        if (pauses.Contains(n))
        {
            Console.WriteLine("pause");
            Console.ReadLine();
        }

        try
        {
            if (!mine)
            {
                var lease = await journal.AcquireAsync("probe", "probe");
                (epoch, head, mine) = (lease.Epoch, lease.Header?.Head ?? 0, true);
                Console.WriteLine($"acquired {head}");
            }

            var outcome = await journal.AppendAsync(Next(epoch, head));
            Console.WriteLine(outcome switch
            {
                AppendOutcome.Committed => $"acked {head + 1}",
                AppendOutcome.Fenced => "fenced",
                _ => "unknown",
            });
            (head, mine) = outcome == AppendOutcome.Committed ? (head + 1, true) : (0, false);
        }
        catch (StorageRefusedException e)
        {
            Console.WriteLine($"refused {e.Reason}: {journal.Refusal}");
        }
    }

    // Reads go on whatever became of the writes.
    Console.WriteLine($"read {(await journal.FindAsync("probe"))?.Header.Head ?? 0}");
    return 0;
}

static Append Next(long epoch, long head)
{
    var at = DateTimeOffset.UnixEpoch.AddSeconds(head);
    var data = Encoding.UTF8.GetBytes($$"""{"n":{{head + 1}},"text":"{{new string('x', 2_000)}}"}""");
    var header = new JournalHeader(
        "probe", Principal.Local, null, "probe", "none", RunStatus.Running, null, "", head + 1, epoch, "probe", null, 0, at, at, null);
    return new("probe", epoch, head, [new JournalEvent("probe", head + 1, at, "model.completed", null, data)], header, [], []);
}
