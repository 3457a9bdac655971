using System.Text;
using System.Text.Json.Nodes;

namespace OrleansAgents.Testing;

/// <summary>Answers of models as they were sent, and changes to them by chance: what gateways do, and what nobody should.</summary>
internal static class RecordedStreams
{
    /// <summary>Chat completions. Each calls <c>find</c> with the first so many of <see cref="Words"/>.</summary>
    public static readonly string[][] Chat =
    [
        [Delta("""{"role":"assistant","content":""}"""), Delta("""{"content":"Hello "}"""), Delta("""{"content":"world \ud83d\ude00"}"""), Finish("stop"), Usage],
        [Delta("""{"reasoning_content":"Let me see."}"""), .. Call(0, "p1", "k1"), .. Call(1, "p2", "k2"), Finish("tool_calls"), Usage],
        [.. Call(0, "p1", "k1"), Finish("tool_calls"), .. Call(1, "p2", "k2"), Finish("tool_calls")],
        [Delta("""{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]}]}"""), Whole(0, "p1", "k1"), Whole(1, "p2", "k2"), Whole(2, "p3", "k3"), Finish("tool_calls"), Usage],
    ];

    /// <summary>Responses, in the same order.</summary>
    public static readonly string[][] Responses =
    [
        [
            """{"type":"response.created","response":{"status":"in_progress","output":[]}}""", Item("added", 0, Message("")), Piece("output_text", 0, "msg_0", "Hello "), Piece("output_text", 0, "msg_0", """world \ud83d\ude00"""),
            Item("done", 0, Message("""Hello world \ud83d\ude00""")), Completed,
        ],
        [
            Piece("reasoning_summary_text", 0, "rs_0", "Let me see."), Item("done", 0, """{"type":"reasoning","id":"rs_0","summary":[],"encrypted_content":"enc"}"""),
            .. ResponsesCall(1, "k1"), .. ResponsesCall(2, "k2"), Completed,
        ],
        [.. ResponsesCall(0, "k1"), .. ResponsesCall(1, "k2"), Completed],
        [Item("done", 0, FunctionCall(0, "k1", whole: true)), Item("done", 1, FunctionCall(1, "k2", whole: true)), Item("done", 2, FunctionCall(2, "k3", whole: true)), Completed],
    ];

    public static readonly string[] Words = ["k1", "k2", "k3"];

    /// <summary>How many calls each has.</summary>
    public static readonly int[] Calls = [0, 2, 2, 3];

    private static string Usage => """{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":1}}}""";

    private static string Completed => """{"type":"response.completed","response":{"status":"completed","output":[],"usage":{"input_tokens":10,"output_tokens":2}}}""";

    public static string Finish(string reason) => $$"""{"choices":[{"index":0,"delta":{},"finish_reason":"{{reason}}"}]}""";

    /// <summary>What gateways do: they say something again, or, on the chat wire, say the end early.</summary>
    public static void Repeat(List<string> events, Random random, bool isChat)
    {
        var at = random.Next(events.Count);
        switch (random.Next(isChat ? 3 : 2))
        {
            case 0:
                events.Insert(at, events[at]);
                break;
            case 1:
                events.Add(events[at]);
                break;
            default:
                events.Insert(random.Next(events.Count + 1), Finish("tool_calls"));
                break;
        }
    }

    /// <summary>Lines that end in any of the ways, with comments.</summary>
    public static byte[] Body(IEnumerable<string> events, Random random)
    {
        var end = random.Next(3) switch { 0 => "\r\n", 1 => "\r", _ => "\n" };
        var body = new StringBuilder();
        foreach (var e in events)
        {
            body.Append(random.Next(8) == 0 ? $": comment{end}" : "").Append("data: ").Append(e).Append(end).Append(random.Next(8) == 0 ? "" : end);
        }

        return Encoding.UTF8.GetBytes(body.Append("data: [DONE]").Append(end).ToString());
    }

    /// <summary>The events with values, bytes, order and ends that nobody should send.</summary>
    public static byte[] Spoilt(IReadOnlyList<string> recorded, Random random)
    {
        var events = recorded.Select(e => random.Next(3) == 0 ? ChangeJson(e, random) : e).ToList();
        if (random.Next(4) == 0)
        {
            var (from, to) = (random.Next(events.Count), random.Next(events.Count));
            (events[from], events[to]) = (events[to], events[from]);
        }

        var body = Body(events, random);
        for (var changes = random.Next(5); changes > 0 && body.Length > 0; changes--)
        {
            body = ChangeBytes(body, random);
        }

        return body;
    }

    private static string ChangeJson(string json, Random random)
    {
        var root = JsonNode.Parse(json)!;
        var places = Places(root).ToList();
        var place = places[random.Next(places.Count)];
        JsonNode? value = random.Next(8) switch
        {
            0 => null,
            1 => "",
            2 => 1.5,
            3 => new JsonArray(1, "x", null),
            4 => new JsonObject { ["text"] = "t", ["error"] = "e" },
            5 => true,
            6 => "\ud83d",
            _ => new string('[', 40),
        };
        if (place.Parent is JsonObject members)
        {
            members[place.GetPropertyName()] = value;
        }
        else if (place.Parent is JsonArray items)
        {
            items[place.GetElementIndex()] = value;
        }

        try
        {
            return root.ToJsonString();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return json;
        }
    }

    private static IEnumerable<JsonNode> Places(JsonNode node) => node switch
    {
        JsonObject members => members.Where(m => m.Value is not null).SelectMany(m => Places(m.Value!).Prepend(m.Value!)),
        JsonArray items => items.Where(i => i is not null).SelectMany(i => Places(i!).Prepend(i!)),
        _ => [],
    };

    private static byte[] ChangeBytes(byte[] body, Random random)
    {
        var at = random.Next(body.Length);
        switch (random.Next(4))
        {
            case 0:
                return body[..at];
            case 1:
                return [.. body[..at], (byte)random.Next(256), .. body[at..]];
            case 2:
                var to = Math.Min(body.Length, at + random.Next(1, 40));
                return [.. body[..to], .. body[at..]];
            default:
                body[at] = (byte)random.Next(256);
                return body;
        }
    }

    private static string Delta(string delta) => $$"""{"choices":[{"index":0,"delta":{{delta}},"finish_reason":null}]}""";

    private static string Whole(int index, string id, string word) => Delta($$$"""{"tool_calls":[{"index":{{{index}}},"id":"{{{id}}}","type":"function","function":{"name":"find","arguments":"{\"word\":\"{{{word}}}\"}"}}]}""");

    private static string[] Call(int index, string id, string word) =>
    [
        Delta($$$"""{"tool_calls":[{"index":{{{index}}},"id":"{{{id}}}","type":"function","function":{"name":"find","arguments":""}}]}"""),
        Delta($$$"""{"tool_calls":[{"index":{{{index}}},"function":{"arguments":"{\"word\":"}}]}"""),
        Delta($$$"""{"tool_calls":[{"index":{{{index}}},"function":{"arguments":"\"{{{word}}}\"}"}}]}"""),
    ];

    private static string[] ResponsesCall(int place, string word) =>
    [
        Item("added", place, FunctionCall(place, word, whole: false)),
        Piece("function_call_arguments", place, $"fc_{place}", """{\"word\":"""), Piece("function_call_arguments", place, $"fc_{place}", $$"""\"{{word}}\"}"""),
        Item("done", place, FunctionCall(place, word, whole: true)),
    ];

    private static string FunctionCall(int place, string word, bool whole) =>
        $$"""{"type":"function_call","id":"fc_{{place}}","call_id":"p{{place}}","name":"find","arguments":"{{(whole ? $$"""{\"word\":\"{{word}}\"}""" : "")}}"}""";

    private static string Message(string text) => $$"""{"type":"message","id":"msg_0","role":"assistant","content":[{"type":"output_text","text":"{{text}}"}]}""";

    private static string Item(string what, int place, string item) => $$"""{"type":"response.output_item.{{what}}","output_index":{{place}},"item":{{item}}{{"}"}}""";

    private static string Piece(string what, int place, string id, string piece) => $$"""{"type":"response.{{what}}.delta","output_index":{{place}},"item_id":"{{id}}","delta":"{{piece}}"}""";
}
