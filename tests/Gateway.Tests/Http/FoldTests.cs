using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Grains.Runs;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Http;

/// <summary>Recorded journals, and the views of them that both sides of the API agree on: the same files are read by the TypeScript client's tests.</summary>
public sealed class FoldTests
{
    private static readonly string[] Shared = ["status", "reason", "step", "head", "output", "error", "usage", "pending"];
    private static readonly string Journals = Path.Combine(Repository.Root, "tests", "Grains.Tests", "Recorded");
    private static readonly string Folds = Path.Combine(Repository.Root, "clients", "typescript", "test", "folds");

    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(Journals, "*.ndjson").Select(f => Path.GetFileNameWithoutExtension(f)!)];

    [Theory, MemberData(nameof(Names))]
    public void A_recorded_journal_is_shown_as_the_client_folds_it(string name)
    {
        var rows = File.ReadLines(Path.Combine(Journals, name + ".ndjson")).Select(Parse).ToList();
        var view = Views.Of(rows[0].JournalId, RunFold.From(null, rows), rows[0], null);
        var shown = JsonSerializer.SerializeToNode(view, GatewayJson.Answers)!;
        var expected = JsonNode.Parse(File.ReadAllText(Path.Combine(Folds, name + ".json")))!.AsObject();
        Assert.Equal(Shared, expected.Select(field => field.Key));
        Assert.All(Shared, field => Assert.Equal(Sorted(expected[field]), Sorted(shown[field])));
    }

    /// <summary>As text, whatever the order of the members.</summary>
    private static string Sorted(JsonNode? node) => node switch
    {
        JsonObject o => $"{{{string.Join(',', o.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"\"{m.Key}\":{Sorted(m.Value)}"))}}}",
        JsonArray a => $"[{string.Join(',', a.Select(Sorted))}]",
        _ => node?.ToJsonString() ?? "null",
    };

    private static JournalEvent Parse(string line)
    {
        var e = JsonDocument.Parse(line).RootElement;
        return new(
            e.GetProperty("runId").GetString()!, e.GetProperty("seq").GetInt64(), e.GetProperty("at").GetDateTimeOffset(),
            e.GetProperty("type").GetString()!, null, Encoding.UTF8.GetBytes(e.GetProperty("data").GetRawText()));
    }
}
