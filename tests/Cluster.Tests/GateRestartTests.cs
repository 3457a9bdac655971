using OrleansAgents.Events;
using OrleansAgents.Execution;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>The process dies while one attempt is on its way and the next waits at the gate for its place.</summary>
public sealed class GateRestartTests
{
    [Theory]
    [InlineData(ModelSettings.OpenAi)]
    [InlineData(ModelSettings.AzureOpenAi)]
    public async Task Both_are_made_again_and_only_what_left_was_a_request(string provider)
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

        // Its attempt is recorded with its start, and the only place is taken.
        var second = await silo.StartRunAsync("docs", "Who is second?");
        await silo.CrashAsync();

        await using var heir = await TestSilo.StartAsync(journal, settings);
        foreach (var run in new[] { first, second })
        {
            var view = await heir.UntilEndedAsync(run);
            Assert.Equal((RunStatus.Completed, "Whole."), (view.Status, view.Output?.Inline));
            Assert.Equal(
                ["run.created", "run.started", "model.started", "model.failed", "model.started", "model.completed", "run.completed"],
                (await heir.EventsAsync(run)).Select(e => e.Type));
        }

        // Four attempts, of which one never left: an intent is recorded before the request, never after it.
        Assert.Equal(3, server.Received.Count);
    }
}
