using System.Text.Json;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Json;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Answers in a form: declared by the agent or asked for by a start, pinned with the run.</summary>
public sealed class OutputTests : IAsyncLifetime
{
    private const string Schema = """{"type":"object","properties":{"size":{"type":"integer","minimum":1}},"required":["size"]}""";
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;

    private sealed record City(string Name, int? Size, Kind Kind);

    private enum Kind
    {
        LargeTown,
        Village,
    }

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync();
        _journal = new SqliteJournal(_folder.File("agents.db"));
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_agent_s_type_is_asked_for_and_an_answer_that_does_not_fit_is_asked_for_again()
    {
        _models.Reply(r => r.Text("Bonn, of course.").Finish("stop"))
            .Reply(r => r.Text("""{"name":"Bonn","size":1,"kind":"metropolis"}""").Finish("stop"))
            .Reply(r => r.Text("""{"name":"Bonn","size":null,"kind":"large_town"}""").Finish("stop"));
        await using var silo = await StartAsync(TestSilo.ModelAt(_models));

        var ended = await silo.UntilEndedAsync(await silo.StartRunAsync("cities", "Which one?"));

        Assert.Equal((RunStatus.Completed, 3), (ended.Status, _models.Received.Count));
        var city = JsonSerializer.Deserialize<City>(ended.Output!.Inline!, ToolJson.Options);
        Assert.Equal(new City("Bonn", null, Kind.LargeTown), city);
        Assert.Contains("not a JSON document", _models.Received[1].LastText);
        Assert.Contains("'kind' must be one of", _models.Received[2].LastText);
        var steps = (await silo.Reader.StepsAsync(Principal.Local, ended.Id, 0, 10)).Value!.Items;
        Assert.Equal(["invalid_output", "invalid_output", null], steps.Select(s => s.Error?.Code));
        foreach (var step in steps)
        {
            Assert.True((await silo.Reader.ContextAsync(Principal.Local, ended.Id, step.Step)).Value!.Matches);
        }
    }

    [Fact]
    public async Task Three_answers_in_a_row_that_do_not_fit_fail_the_run_also_over_a_restart()
    {
        _models.Script(_ => new Reply().Text("Bonn.").Finish("stop"));
        string id;
        await using (var silo = await StartAsync(TestSilo.ModelAt(_models)))
        {
            id = await silo.StartRunAsync("cities", "Which one?", new Budget(Steps: 2));
            await silo.UntilAsync(id, v => v.Status == RunStatus.Paused, "to meet its budget after two answers");
        }

        await using var later = await StartAsync(TestSilo.ModelAt(_models));
        Assert.Null((await later.Run(id).ResumeAsync(TestSilo.Meta())).Problem);
        var ended = await later.UntilEndedAsync(id);

        Assert.Equal((RunStatus.Failed, "invalid_output", 3), (ended.Status, ended.Error?.Code, _models.Received.Count));
    }

    [Fact]
    public async Task A_start_brings_its_own_schema_and_is_pinned_to_it()
    {
        _models.Script(_ => new Reply().Text("""{"size":2}""").Finish("stop"));
        await using var silo = await StartAsync(TestSilo.ModelAt(_models));

        var own = await silo.UntilEndedAsync(await StartAsync(silo, "cities", Schema));
        var plain = await silo.UntilEndedAsync(await StartAsync(silo, "docs", null));
        var asked = await silo.UntilEndedAsync(await StartAsync(silo, "docs", Schema));

        Assert.All([own, plain, asked], run => Assert.Equal((RunStatus.Completed, """{"size":2}"""), (run.Status, run.Output?.Inline)));
        Assert.NotEqual(plain.AgentVersion, asked.AgentVersion);
        Assert.Equal([true, false, true], _models.Received.Select(r => r.Body.TryGetProperty("response_format", out _)));
    }

    [Theory]
    [InlineData("docs", """{"type":"array"}""", "outputSchema")]
    [InlineData("docs", """{"type":"object","patternProperties":{}}""", "outputSchema")]
    public async Task A_schema_that_cannot_be_kept_to_is_refused(string agent, string schema, string field)
    {
        await using var silo = await StartAsync(TestSilo.ModelAt(_models));
        await RefusedAsync(silo, agent, schema, field);
    }

    [Theory]
    [InlineData("docs", Schema, "outputSchema")]
    [InlineData("cities", null, "agent")]
    public async Task The_demo_model_does_not_pretend_to_keep_to_a_schema(string agent, string? schema, string field)
    {
        await using var silo = await StartAsync([]);
        await RefusedAsync(silo, agent, schema, field);
    }

    [Fact]
    public async Task An_agent_whose_output_is_no_object_stops_the_start()
    {
        var e = await Assert.ThrowsAsync<InvalidSettingException>(() => TestSilo.StartAsync(
            _journal, TestSilo.ModelAt(_models), s => s.AddAgent(new AgentBuilder("counts").Instructions("Count.").Output<int>().Build())));
        Assert.StartsWith("The output of agent 'counts' cannot be asked for.", e.Message, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(TestSilo silo, string agent, string? schema, string field)
    {
        var result = await silo.Run("run_" + Guid.NewGuid().ToString("n")).StartAsync(Request(agent, schema), TestSilo.Meta());
        Assert.Equal((ProblemCodes.InvalidRequest, field), (result.Problem?.Code, result.Problem?.Field));
    }

    private static async Task<string> StartAsync(TestSilo silo, string agent, string? schema)
    {
        var id = "run_" + Guid.NewGuid().ToString("n");
        Assert.Null((await silo.Run(id).StartAsync(Request(agent, schema), TestSilo.Meta())).Problem);
        return id;
    }

    private static StartRun Request(string agent, string? schema) =>
        new(agent, "How large?", OutputSchema: schema is null ? null : RawJson.From(JsonElement.Parse(schema)));

    private Task<TestSilo> StartAsync(Dictionary<string, string?> settings)
    {
        settings["Workspace:Path"] = Path.GetDirectoryName(_folder.File("x"));
        return TestSilo.StartAsync(_journal, settings, s => s.AddAgent(
            new AgentBuilder("cities").Instructions("Name a city.").Output<City>().Build()));
    }
}
