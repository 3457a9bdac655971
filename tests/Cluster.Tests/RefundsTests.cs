using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>The sample <c>Refunds</c>: an agent of one's own with real books behind it, killed while it waits for a person.</summary>
public sealed class RefundsTests
{
    [Fact]
    public async Task A_large_refund_waits_for_a_person_through_kill_9_and_happens_once()
    {
        using var folder = new TempFolder();
        await using var model = await ModelServer.StartAsync(request => request.Turn switch
        {
            0 => new Reply().Call("find", """{"id": "A-101"}""").Finish("tool_calls"),
            1 => new Reply().Call("refund", """{"id": "A-101", "amount": 100}""").Finish("tool_calls"),
            _ => new Reply().Text($"Done: {request.LastText}").Finish("stop"),
        });
        await using var program = await ServiceProgram.SampleAsync("Refunds", folder.File("agents.db"), new Dictionary<string, string>
        {
            ["Shop"] = folder.File("shop.db"),
            ["Models__default__Endpoint"] = model.Endpoint.ToString(),
            ["Models__default__Model"] = "scripted",
        });

        var started = await PostAsync(program, "/v1/runs", new { agent = "refunds", input = "Pay 100 of A-101 back." });
        var run = $"/v1/runs/{started.GetProperty("id").GetString()}";
        var pending = await PendingAsync(program, run);
        Assert.Contains("approval", pending.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Empty(Refunds(folder));

        await program.KillAndStartAgainAsync();
        var call = (await PendingAsync(program, run)).GetProperty("callId").GetString();
        await PostAsync(program, $"{run}/pending/{call}", new { decision = "retry" });
        var view = await EndAsync(program, run);

        Assert.Equal("completed", view.GetProperty("status").GetString());
        Assert.Contains("\"refunded\":100", view.GetProperty("output").GetString(), StringComparison.Ordinal);
        Assert.Equal(["A-101 100.0"], Refunds(folder));
        Assert.Equal(3, model.Received.Count);
        Assert.Equal("Looks an order up.", Described(model, "find"));
    }

    [Fact]
    public async Task The_program_is_as_short_as_is_promised() =>
        Assert.InRange((await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "samples", "Refunds", "Program.cs"))).Length, 10, 30);

    private static string? Described(ModelServer model, string tool) => model.Received[0].Body.GetProperty("tools").EnumerateArray()
        .Select(t => t.GetProperty("function")).Single(f => f.GetProperty("name").GetString() == tool).GetProperty("description").GetString();

    private static List<string> Refunds(TempFolder folder)
    {
        using var db = new SqliteConnection($"Data Source={folder.File("shop.db")};Pooling=False");
        db.Open();
        using var read = db.CreateCommand();
        read.CommandText = "SELECT id || ' ' || amount FROM refunds";
        using var rows = read.ExecuteReader();
        var found = new List<string>();
        while (rows.Read())
        {
            found.Add(rows.GetString(0));
        }

        return found;
    }

    private static async Task<JsonElement> PostAsync(ServiceProgram program, string path, object body)
    {
        using var response = await program.Client.PostAsJsonAsync(path, body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Reads the run's stream until it waits for somebody.</summary>
    private static async Task<JsonElement> PendingAsync(ServiceProgram program, string run)
    {
        await FollowAsync(program, run, "decision.requested");
        var view = await program.Client.GetFromJsonAsync<JsonElement>(run);
        return Assert.Single(view.GetProperty("pending").EnumerateArray());
    }

    private static async Task<JsonElement> EndAsync(ServiceProgram program, string run)
    {
        await FollowAsync(program, run, "run.completed");
        return await program.Client.GetFromJsonAsync<JsonElement>(run);
    }

    private static async Task FollowAsync(ServiceProgram program, string run, string until)
    {
        using var stream = await SseReader.OpenAsync(program.Client, $"{run}/events");
        while (await stream.NextAsync() is { } e)
        {
            if (e.Name == until)
            {
                return;
            }
        }

        Assert.Fail($"The stream ended before {until}.");
    }
}
