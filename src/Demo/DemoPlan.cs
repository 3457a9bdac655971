using System.Text.Json;
using Microsoft.Extensions.AI;

namespace OrleansAgents.Demo;

/// <summary>What the demo model does next: either calls or a text.</summary>
internal sealed record DemoMove(IReadOnlyList<FunctionCallContent> Calls, string Text)
{
    public static DemoMove Say(string text) => new([], text);
}

/// <summary>Decides by what was done since the last question: search, then read the best hits, then quote.</summary>
internal static class DemoPlan
{
    private const string Search = "search_documents";
    private const string Read = "read_document";
    private const int Documents = 2;
    private const int LinesBefore = 2;
    private const int Lines = 40;

    public static DemoMove Next(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        var asked = messages.Count - 1;
        while (asked >= 0 && messages[asked].Role != ChatRole.User)
        {
            asked--;
        }

        var question = asked < 0 ? "" : messages[asked].Text;
        var searches = new List<string>();
        var reads = new List<string>();
        Sort(messages, asked + 1, searches, reads);

        if (!Has(options, Search))
        {
            return DemoMove.Say(DemoAnswer.WithoutTools());
        }

        var keywords = Keywords.Of(question);
        if (searches.Count == 0)
        {
            var query = keywords.Count == 0 ? question.Trim() : string.Join(' ', keywords);
            return Call(messages.Count, (Search, new() { ["query"] = query.Length == 0 ? "overview" : query }));
        }

        var hits = Hits(searches);
        if (hits.Count > 0 && reads.Count == 0 && Has(options, Read))
        {
            return Call(messages.Count, [.. hits.DistinctBy(h => h.Path).Take(Documents).Select(h =>
                (Read, new Dictionary<string, object?> { ["path"] = h.Path, ["startLine"] = Math.Max(1, h.Line - LinesBefore), ["lines"] = Lines }))]);
        }

        return DemoMove.Say(DemoAnswer.Quote(keywords, hits, [.. reads.Select(Parse<DocumentText>).OfType<DocumentText>()], searches));
    }

    /// <summary>Results since the question, by the tool that gave them.</summary>
    private static void Sort(IReadOnlyList<ChatMessage> messages, int from, List<string> searches, List<string> reads)
    {
        var tools = new Dictionary<string, string>();
        for (var i = from; i < messages.Count; i++)
        {
            foreach (var content in messages[i].Contents)
            {
                if (content is FunctionCallContent call)
                {
                    tools[call.CallId] = call.Name;
                }
                else if (content is FunctionResultContent result && tools.TryGetValue(result.CallId, out var tool))
                {
                    var list = tool == Search ? searches : tool == Read ? reads : null;
                    list?.Add(result.Result?.ToString() ?? "");
                }
            }
        }
    }

    private static List<Passage> Hits(List<string> searches) =>
        [.. searches.SelectMany(s => Parse<SearchResult>(s)?.Passages ?? [])];

    private static DemoMove Call(int position, params ReadOnlySpan<(string Tool, Dictionary<string, object?> Arguments)> calls)
    {
        var contents = new List<FunctionCallContent>(calls.Length);
        foreach (var (tool, arguments) in calls)
        {
            contents.Add(new($"demo_{position}_{contents.Count + 1}", tool, arguments));
        }

        return new(contents, "");
    }

    private static bool Has(ChatOptions? options, string tool) => options?.Tools?.Any(t => t.Name == tool) == true;

    private static T? Parse<T>(string json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            return null; // An error in place of a result, or one that was cut.
        }
    }
}
