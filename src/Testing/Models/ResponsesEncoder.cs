using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansAgents.Testing;

/// <summary>Tells a scripted answer, which is written in chunks of chat completions, in the events of OpenAI's responses. One for each answer.</summary>
/// <remarks>It is not OpenAI: it knows messages, reasoning without encrypted content and function calls, and checks nothing of a request.</remarks>
internal sealed class ResponsesEncoder
{
    private readonly StringBuilder _events = new();
    private readonly JsonArray _output = [];
    private readonly Dictionary<int, JsonObject> _calls = [];
    private JsonObject? _open;
    private JsonNode? _usage;
    private string? _finish;
    private int _number;

    /// <summary>The server-sent events of one chunk.</summary>
    public string Encode(string data)
    {
        if (Parse(data) is not { } chunk)
        {
            return $"data: {data}\n\n";
        }

        if (_number == 0)
        {
            Add("response.created", new() { ["response"] = Response("in_progress") });
        }

        if (chunk["error"] is JsonObject error)
        {
            Add("error", new() { ["code"] = error["code"]?.DeepClone(), ["message"] = error["message"]?.DeepClone() });
        }

        _usage = chunk["usage"] is JsonObject usage ? UsageOf(usage) : _usage;
        if (chunk["choices"] is JsonArray { Count: > 0 } choices)
        {
            Delta(choices[0]!["delta"]!.AsObject());
            _finish ??= (string?)choices[0]!["finish_reason"];
        }

        return Taken();
    }

    /// <summary>What ends the answer: nothing where the script has named no finish reason.</summary>
    public string End()
    {
        if (_finish is null)
        {
            return "";
        }

        foreach (var call in _calls.Values)
        {
            Close(call);
        }

        CloseOpen();
        var (type, status) = _finish switch
        {
            "length" or "content_filter" => ("response.incomplete", "incomplete"),
            "error" => ("response.failed", "failed"),
            _ => ("response.completed", "completed"),
        };
        var response = Response(status);
        response["output"] = _output.DeepClone();
        response["usage"] = _usage;
        if (status == "incomplete")
        {
            response["incomplete_details"] = new JsonObject { ["reason"] = _finish == "length" ? "max_output_tokens" : _finish };
        }

        Add(type, new() { ["response"] = response });
        _finish = null;
        return Taken();
    }

    private static JsonObject? Parse(string data)
    {
        try
        {
            return JsonNode.Parse(data) is JsonObject chunk && (chunk["choices"] is JsonArray || chunk["error"] is JsonObject) ? chunk : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonObject Response(string status) => new() { ["id"] = "resp_1", ["object"] = "response", ["status"] = status, ["model"] = "scripted", ["output"] = new JsonArray() };

    private static JsonObject UsageOf(JsonObject usage) => new()
    {
        ["input_tokens"] = usage["prompt_tokens"]?.DeepClone(),
        ["output_tokens"] = usage["completion_tokens"]?.DeepClone(),
        ["input_tokens_details"] = usage["prompt_tokens_details"]?.DeepClone(),
        ["output_tokens_details"] = usage["completion_tokens_details"]?.DeepClone(),
    };

    private void Delta(JsonObject delta)
    {
        if ((string?)delta["reasoning_content"] is { } thought)
        {
            Piece("reasoning", "summary", "summary_text", "text", "response.reasoning_summary_text.delta", thought);
        }

        if ((string?)delta["content"] is { } text)
        {
            Piece("message", "content", "output_text", "text", "response.output_text.delta", text);
        }

        if ((string?)delta["refusal"] is { } refusal)
        {
            Piece("message", "content", "refusal", "refusal", "response.refusal.delta", refusal);
        }

        foreach (var call in delta["tool_calls"]?.AsArray() ?? [])
        {
            Call(call!.AsObject());
        }
    }

    private void Piece(string kind, string list, string part, string member, string type, string piece)
    {
        if ((string?)_open?["type"] != kind)
        {
            CloseOpen();
            _open = Begin(new() { ["id"] = $"{kind[..2]}_{_output.Count}", ["type"] = kind, [list] = new JsonArray(new JsonObject { ["type"] = part, [member] = "" }) });
        }

        var text = _open![list]![0]!;
        text[member] = (string?)text[member] + piece;
        Add(type, new() { ["item_id"] = (string?)_open["id"], ["output_index"] = _output.IndexOf(_open), ["delta"] = piece });
    }

    private void Call(JsonObject piece)
    {
        CloseOpen();
        var function = piece["function"]!;
        if (!_calls.TryGetValue((int)piece["index"]!, out var call))
        {
            call = Begin(new()
            {
                ["id"] = $"fc_{_output.Count}",
                ["type"] = "function_call",
                ["call_id"] = (string?)piece["id"],
                ["name"] = (string?)function["name"],
                ["arguments"] = "",
            });
            _calls.Add((int)piece["index"]!, call);
        }

        var arguments = (string?)function["arguments"] ?? "";
        if (arguments.Length > 0)
        {
            call["arguments"] = (string?)call["arguments"] + arguments;
            Add("response.function_call_arguments.delta", new() { ["item_id"] = (string?)call["id"], ["output_index"] = _output.IndexOf(call), ["delta"] = arguments });
        }
    }

    private JsonObject Begin(JsonObject item)
    {
        _output.Add(item);
        Add("response.output_item.added", new() { ["output_index"] = _output.Count - 1, ["item"] = item.DeepClone() });
        return item;
    }

    private void CloseOpen()
    {
        if (_open is not null)
        {
            Close(_open);
            _open = null;
        }
    }

    private void Close(JsonObject item) => Add("response.output_item.done", new() { ["output_index"] = _output.IndexOf(item), ["item"] = item.DeepClone() });

    private void Add(string type, JsonObject members)
    {
        members["type"] = type;
        members["sequence_number"] = _number;
        _events.Append($"id: {_number++}\nevent: {type}\ndata: {members.ToJsonString()}\n\n");
    }

    private string Taken()
    {
        var text = _events.ToString();
        _events.Clear();
        return text;
    }
}
