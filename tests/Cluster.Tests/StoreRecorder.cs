using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using OrleansAgents.Threads;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Records the file that <c>Storage.Tests/Recorded</c> keeps of each schema. Run it with the build before a change of the schema.</summary>
/// <remarks>
/// <c>dotnet test --project tests/Cluster.Tests -- --filter-class "*StoreRecorder"</c> writes the file that the environment variable
/// <c>RECORD_STORE</c> names; without it, one that is thrown away.
/// </remarks>
public sealed class StoreRecorder
{
    private readonly TaskCompletionSource _never = new();

    [Fact]
    public async Task A_store_with_runs_in_every_state_is_recorded()
    {
        using var folder = new TempFolder();
        var target = Environment.GetEnvironmentVariable("RECORD_STORE") ?? folder.File("recorded.db");
        var path = folder.File("agents.db");
        await using var models = await ModelServer.StartAsync(Answer);
        await using (var journal = new SqliteJournal(path))
        {
            var silo = await TestSilo.StartAsync(journal, TestSilo.ModelAt(models), s => s
                .AddTool(new ToolRegistration((string what) => $"{what}: done", "look") { Effect = ToolEffect.ReadOnly })
                .AddTool(new ToolRegistration(Pay, "pay") { Effect = ToolEffect.AtMostOnce, TimeoutSeconds = 1 })
                .AddAgent(new AgentDeclaration("clerk", "Does errands.", "Do as asked.", ["look", "pay"])));
            await RecordAsync(silo, journal);
            await silo.CrashAsync();
        }

        File.Copy(path, target);
        await using var recorded = new SqliteJournal(target, readOnly: true);
        Assert.Empty(recorded.Damage);
    }

    private static async Task RecordAsync(TestSilo silo, SqliteJournal journal)
    {
        await StartAsync("completed", "errand " + new string('x', 70_000));
        await StartAsync("failed", "fail");
        await StartAsync("deleted", "say");
        await StartAsync("deciding", "hold");
        await StartAsync("paying", "hold");
        await StartAsync("asking", "wait");
        await StartAsync("paused", "wait");
        await StartAsync("timer", "say", new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        foreach (var ended in new[] { "completed", "failed", "deleted" })
        {
            await silo.UntilEndedAsync(Id(ended));
        }

        await silo.UntilAsync(Id("paused"), v => v.Head >= 3, "to ask");
        await silo.Run(Id("paused")).PauseAsync(PauseMode.Now, TestSilo.Meta("pause"));
        await silo.UntilAsync(Id("deciding"), v => v.Reason == WaitReason.Decision, "to ask for a decision");
        await silo.UntilAsync(Id("paying"), v => v.Reason == WaitReason.Decision, "to ask for a decision");
        await silo.Reader.DeleteAsync(Principal.Local, Id("deleted"));

        var thread = silo.Grains.GetGrain<IThreadGrain>("thr_recorded00000000");
        await silo.UntilEndedAsync((await thread.PostAsync(new("say one", "clerk"), TestSilo.Meta("say-one"))).RunId!);
        var atWork = (await thread.PostAsync(new("wait two"), TestSilo.Meta("wait-two"))).RunId!;
        await silo.UntilAsync(atWork, v => v.Head >= 3, "to ask");
        await thread.PostAsync(new("say three", WhenBusy: WhenBusy.Queue), TestSilo.Meta("say-three"));
        await UntilPublishedAsync(journal, Id("completed"));

        Task StartAsync(string name, string input, DateTimeOffset? at = null) =>
            silo.Run(Id(name)).StartAsync(new("clerk", input, StartAt: at), TestSilo.Meta("start"));
    }

    private static string Id(string name) => $"run_{name}".PadRight(20, '0');

    private static async Task UntilPublishedAsync(SqliteJournal journal, string run)
    {
        while ((await journal.FindAsync(run))!.Header is { } h && h.PublishedSeq < h.Head)
        {
            await Task.Yield();
        }
    }

    private async Task<string> Pay(string what)
    {
        await _never.Task;
        return what;
    }

    private Reply Answer(ReceivedRequest request) => (request.LastText.Split(' ')[0], request.Turn) switch
    {
        ("errand", 0) => new Reply().Text("Off I go.").Call("look", """{"what":"a table"}""").Call("look", """{"what":"a chair"}""").Finish("tool_calls"),
        ("hold", 0) => new Reply().Text("I pay.").Call("pay", """{"what":"the bill"}""").Finish("tool_calls"),
        ("fail", _) => new Reply().Error(400),
        ("wait", _) => new Reply().Text("Well, ").Wait(_never.Task),
        _ => new Reply().Text("Done.").Finish("stop"),
    };
}
