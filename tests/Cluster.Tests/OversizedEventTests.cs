using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Client;
using OrleansAgents.Client.Lifecycle;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>An event that no message of a queue can carry.</summary>
public sealed class OversizedEventTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_consumer_gets_an_event_of_over_half_a_megabyte_whole_and_in_its_place()
    {
        using var folder = new TempFolder();
        await using var models = await ModelServer.StartAsync();
        await using var journal = new SqliteJournal(folder.File("agents.db"));
        var (seen, streamed) = (new ConcurrentQueue<JournalEvent>(), new ConcurrentQueue<JournalEvent>());
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var silo = await TestSilo.StartAsync(journal, new Dictionary<string, string?>(TestSilo.ModelAt(models)) { ["Models:default:MaxOutputTokens"] = "1000000" }, services =>
        {
            services.AddTool(new ToolRegistration((string text) => text.Length, "look") { Effect = ToolEffect.ReadOnly });
            services.AddAgent(new AgentDeclaration("reader", "Reads.", "Read.", ["look"]));
            services.AddAgentsClient();
            services.AddHostedService(s => new Recorder(s.GetRequiredService<LifecycleSource>(), seen, ended));
        });
        await using var stream = silo.Services.GetRequiredService<LifecycleSource>().Follow(streamed.Enqueue, () => { });
        var arguments = $$"""{"text":"{{new string('x', 60_000)}}"}""";
        models.Reply(r => Enumerable.Range(0, 12).Aggregate(r, (reply, _) => reply.Call("look", arguments)).Finish("tool_calls")).Reply(r => r.Text("done").Finish("stop"));

        var run = await silo.StartRunAsync("reader", "Look.");
        await silo.UntilEndedAsync(run);
        await ended.Task.WaitAsync(Patience);

        var events = await silo.EventsAsync(run);
        var large = Assert.Single(events, e => e.Data.Length > 700_000);
        Assert.Contains(streamed, e => e.Seq == large.Seq && !e.HasData);
        Assert.Equal(events.Select(e => (e.Seq, e.Data.Length)), seen.Select(e => (e.Seq, e.Data.Length)));
    }

    private sealed class Recorder(LifecycleSource source, ConcurrentQueue<JournalEvent> seen, TaskCompletionSource ended) : LifecycleConsumer(source)
    {
        protected override Task HandleAsync(JournalEvent e, CancellationToken stopping)
        {
            seen.Enqueue(e);
            if (e.Decode() is RunCompleted)
            {
                ended.TrySetResult();
            }

            return Task.CompletedTask;
        }
    }
}
