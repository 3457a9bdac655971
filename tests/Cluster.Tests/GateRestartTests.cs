using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Events;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>The process dies while one attempt is on its way and the next run waits at the gate for its place.</summary>
public sealed class GateRestartTests
{
    [Theory]
    [InlineData(ModelSettings.OpenAi)]
    [InlineData(ModelSettings.AzureOpenAi)]
    public async Task What_left_is_made_again_and_what_is_recorded_left(string provider)
    {
        var received = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource();
        await using var server = await ModelServer.StartAsync(request =>
        {
            received.TrySetResult();
            return request.Number == 1 ? new Reply().Text("Half").Wait(never.Task) : new Reply().Text("Whole.").Finish("stop");
        });
        var settings = TestSilo.ModelAt(server);
        settings["Models:default:Provider"] = provider;
        settings["Models:default:MaxConcurrent"] = "1";
        using var folder = new TempFolder();
        settings["Workspace:Path"] = Path.GetDirectoryName(folder.File("x"));
        await using var journal = new SqliteJournal(folder.File("agents.db"));
        var silo = await TestSilo.StartAsync(journal, settings);
        var first = await silo.StartRunAsync("docs", "Who is first?");
        await received.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        var second = await silo.StartRunAsync("docs", "Who is second?");
        var waiting = (await silo.Reader.ViewAsync(Principal.Local, second)).Value!;
        Assert.Equal(RunStatus.Running, waiting.Status);
        Assert.Contains("its turn at its model", waiting.Why);
        await silo.CrashAsync();

        await using var heir = await TestSilo.StartAsync(journal, settings);
        string[] again = ["run.created", "run.started", "model.started", "model.failed", "model.started", "model.completed", "run.completed"];
        string[] once = ["run.created", "run.started", "model.started", "model.completed", "run.completed"];
        foreach (var (run, told) in new[] { (first, again), (second, once) })
        {
            var view = await heir.UntilEndedAsync(run);
            Assert.Equal((RunStatus.Completed, "Whole."), (view.Status, view.Output?.Inline));
            Assert.Equal(told, (await heir.EventsAsync(run)).Select(e => e.Type));
        }

        Assert.Equal(3, server.Received.Count);
    }
}
