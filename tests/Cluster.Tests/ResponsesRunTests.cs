using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Runs over OpenAI's responses: parallel calls of tools that must not be called twice, and an answer in a form.</summary>
public sealed class ResponsesRunTests
{
    private const string City = """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""";
    private readonly List<int> _paid = [];

    [Theory]
    [InlineData("""{"city":"Bonn"}""")]
    [InlineData("```json\n{\"city\":\"Bonn\"}\n```")]
    public async Task Tools_are_called_once_and_the_answer_has_its_form(string answer)
    {
        await using var models = await ModelServer.StartAsync();
        models
            .Reply(r => r.Reasoning("I pay ", "both.").Text("Paying.").Call("pay", """{"amount":40}""").Call("pay", """{"amount":2}""").Finish("tool_calls").Usage(100, 20, cached: 40, reasoning: 5))
            .Reply(r => r.Text("In Bonn, I think.").Finish("stop"))
            .Reply(r => r.Text(answer).Finish("stop").Usage(150, 9));
        using var folder = new TempFolder();
        await using var journal = new SqliteJournal(folder.File("agents.db"));
        var settings = TestSilo.ModelAt(models);
        settings["Models:default:Api"] = "responses";
        await using var silo = await TestSilo.StartAsync(journal, settings, s => s
            .AddTool(new ToolRegistration(Pay, "pay") { Effect = ToolEffect.AtMostOnce })
            .AddAgent(new AgentDeclaration("payer", "Pays.", "Pay.", ["pay"], Output: JsonElement.Parse(City))));

        var run = await silo.StartRunAsync("payer", "pay");
        var view = await silo.UntilEndedAsync(run);

        Assert.Equal((RunStatus.Completed, """{"city":"Bonn"}"""), (view.Status, view.Output?.Inline));
        Assert.Equal([2, 40], _paid.Order());
        Assert.Equal(["/v1/responses"], models.Received.Select(r => r.Path).Distinct());
        Assert.Equal(["system", "user", "assistant", "tool", "tool"], models.Received[1].Messages.Select(ReceivedRequest.Role));
        Assert.Equal((3, 250L, 5L), (models.Received.Count, view.Usage.InputTokens - Estimated(await silo.EventsAsync(run)), view.Usage.ReasoningTokens));
        Assert.Contains("not a JSON document", models.Received[2].LastText, StringComparison.Ordinal);
    }

    /// <summary>The second answer came without figures.</summary>
    private static long Estimated(IReadOnlyList<JournalEvent> events) => events.Select(e => e.Decode()).OfType<ModelCompleted>().ElementAt(1).Usage.InputTokens;

    private string Pay(int amount)
    {
        lock (_paid)
        {
            _paid.Add(amount);
        }

        return $"{amount} paid";
    }
}
