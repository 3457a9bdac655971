using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansAgents.Cluster.Tests.Crashes;
using OrleansAgents.Events;
using OrleansAgents.SiloProgram;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A backup under load, a time that is lost, a restore elsewhere: real processes and the real commands.</summary>
public sealed class RestoreTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const string Slow = "slow";
    private const string Quick = "quick";
    private const string Doubtful = "doubtful";

    private readonly TempFolder _lost = new();
    private readonly TempFolder _fresh = new();
    private readonly ConcurrentQueue<(string Run, string CommandId, long Seq)> _acknowledged = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, int> _asked = new();

    private string Backup => _lost.File("backup.db");

    private string Store => _fresh.File("agents.db");

    public ValueTask DisposeAsync()
    {
        _lost.Dispose();
        _fresh.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Nothing_acknowledged_before_a_backup_under_load_is_missing_and_nothing_acts_twice_unless_a_person_says_so()
    {
        await using var models = await ModelServer.StartAsync(Answer);
        var before = await LoseAsync(models);

        // What the world saw of the lost time stays seen.
        foreach (var log in Directory.GetFiles(_lost.Path, "tools.*.log"))
        {
            File.Copy(log, _fresh.File(Path.GetFileName(log)));
        }

        Assert.Equal(0, await CommandAsync("verify", Backup));
        Assert.Equal(0, await CommandAsync("restore", Backup));
        Assert.Equal(0, await CommandAsync("verify"));
        var asked = _asked.Values.Sum();

        await using var program = await SiloProcess.StartAsync(new(_fresh.Path, models.Endpoint));
        await AssertAllThereAsync(program, before);
        var parked = await ParkedAsync(program);
        Assert.Equal(asked, _asked.Values.Sum());
        Assert.Contains(parked, run => run.StartsWith("run_" + Slow, StringComparison.Ordinal));

        var decisions = 0;
        foreach (var run in parked)
        {
            decisions += await EndAsync(program, run);
        }

        output.WriteLine($"{before.Count} commands acknowledged before, {parked.Count} runs parked, {decisions} decisions");
        Assert.True(decisions >= parked.Count(run => run.StartsWith("run_" + Slow, StringComparison.Ordinal)));
        var payments = ToolLog.Read(_fresh.Path).Where(t => t.Tool == ProgramTools.Pay).ToLookup(t => t.Key);
        Assert.All(payments, p => Assert.Single(p));
        Assert.All(parked, run => Assert.Contains(payments, p => p.Key.StartsWith(run + "/", StringComparison.Ordinal)));
    }

    /// <summary>Works, is backed up while it works, works on, and is gone. Gives what it had acknowledged when the backup began.</summary>
    private async Task<IReadOnlyList<(string Run, string CommandId, long Seq)>> LoseAsync(ModelServer models)
    {
        await using var program = await SiloProcess.StartAsync(new(_lost.Path, models.Endpoint));
        var slow = new List<string>();
        for (var n = 0; n < 5; n++)
        {
            slow.Add(await StartAsync(program, Slow));
        }

        foreach (var run in slow)
        {
            await LookAsync(program, run, l => l.Head >= 3, "to ask");
        }

        using var stop = new CancellationTokenSource();
        var load = new[] { Quick, Doubtful, Doubtful, Quick }.Select(kind => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await LookAsync(program, await StartAsync(program, kind), l => l.Pending.Count > 0, "to pay");
            }
        })).ToList();
        while (_acknowledged.Count < 20)
        {
            await Task.Yield();
        }

        var before = _acknowledged.ToList();
        Assert.Equal(0, await CommandAsync("backup", Backup));
        await stop.CancelAsync();
        await Task.WhenAll(load);

        // The time that is lost: the slow runs are answered, pay and end.
        _gate.SetResult();
        foreach (var run in slow)
        {
            await LookAsync(program, run, l => l.Ended, "to end");
        }

        return before;
    }

    private static async Task AssertAllThereAsync(ISiloProgram program, IReadOnlyList<(string Run, string CommandId, long Seq)> before)
    {
        foreach (var (run, commandId, seq) in before)
        {
            var record = (await program.AskAsync(new("record", run, Value: commandId))).Record!;
            Assert.Equal(seq, Assert.Single(record.Commands).Seq);
            Assert.Equal("run.created", record.Events[0].Type);
        }
    }

    /// <summary>Every unfinished run of the store, once all are parked.</summary>
    private async Task<List<string>> ParkedAsync(ISiloProgram program)
    {
        var unfinished = new List<string>();
        await using (var journal = new SqliteJournal(Store, readOnly: true))
        {
            foreach (var (_, id) in await journal.JournalsAsync(0, int.MaxValue))
            {
                if ((await journal.FindAsync(id))!.Header.EndedAt is null)
                {
                    unfinished.Add(id);
                }
            }
        }

        foreach (var run in unfinished)
        {
            var look = await LookAsync(program, run, l => l.Status == nameof(RunStatus.Paused), "to be parked");
            Assert.Equal(PauseReason.Restored, look.Reason);
        }

        return unfinished;
    }

    /// <summary>Resumes a run and answers what it asks as a person does who looks at the other side first.</summary>
    private async Task<int> EndAsync(ISiloProgram program, string run)
    {
        var commands = 0;
        Assert.Equal("accepted", (await program.AskAsync(new("resume", run, "resume"))).Status);
        for (var look = await LookAsync(program, run, _ => true, "to be there"); !look.Ended; look = await LookAsync(program, run, l => l.Head > look.Head, "to go on"))
        {
            foreach (var pending in look.Pending)
            {
                var done = ToolLog.Read(_fresh.Path).Any(t => t.Key == $"{run}/{pending.CallId}");
                var told = await program.AskAsync(new(
                    "resolve", run, $"resolve-{++commands}", CallId: pending.CallId, Value: (done ? CallDecision.Skip : CallDecision.Retry).ToString()));
                Assert.True(told.Problem is null, told.Problem);
            }
        }

        return commands;
    }

    private async Task<string> StartAsync(ISiloProgram program, string kind)
    {
        var run = $"run_{kind}{Guid.NewGuid():n}";
        var told = await program.AskAsync(new("start", run, "start", $"{kind} {run}"));
        Assert.Equal("accepted", told.Status);
        _acknowledged.Enqueue((run, "start", told.Seq));
        return run;
    }

    private static async Task<Look> LookAsync(ISiloProgram program, string run, Func<Look, bool> wanted, string what)
    {
        var patience = TimeSpan.FromSeconds(60);
        Look? look = null;
        try
        {
            while (look is null || !(wanted(look) || look.Ended))
            {
                look = (await program.AskAsync(new("look", run, Number: look?.Head ?? 0)).WaitAsync(patience)).Look!;
            }

            return look;
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {patience.TotalSeconds} s for {run} {what}; it is {look}.");
        }
    }

    /// <summary>A payment each; the doubtful one takes so long that its outcome is unknown.</summary>
    private Reply Answer(ReceivedRequest request)
    {
        var (kind, run) = request.Input.Split(' ') is [var k, var r] ? (k, r) : throw new FormatException(request.Input);
        _asked.AddOrUpdate(run, 1, (_, n) => n + 1);
        var reply = kind == Slow && request.Turn == 0 ? new Reply().Wait(_gate.Task) : new Reply();
        return request.Turn > 0 ? reply.Text("Paid.").Finish("stop")
            : reply.Text("I pay.").Call("pay", kind == Doubtful ? """{"what":"the bill","hold":true}""" : """{"what":"the bill","hold":false}""").Finish("tool_calls");
    }

    /// <summary>The command of the silo as it is delivered, on the lost store for a backup and on the fresh one otherwise.</summary>
    private async Task<int> CommandAsync(string command, string? file = null)
    {
        var dll = Path.Combine(Repository.Root, "src", "Silo", "bin", Repository.Configuration, "net10.0", "OrleansAgents.Silo.dll");
        string[] line = [dll, command, .. file is null ? Array.Empty<string>() : [file], "--Storage:ConnectionString", command == "backup" ? _lost.File("agents.db") : Store];
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", line) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        output.WriteLine(string.Concat(said));
        return process.ExitCode;
    }
}
