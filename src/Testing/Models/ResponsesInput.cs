using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansAgents.Testing;

/// <summary>The input of a responses request as messages of chat completions, so that a script reads both alike. Reasoning is left out.</summary>
internal static class ResponsesInput
{
    public static IReadOnlyList<JsonElement> Messages(JsonElement body)
    {
        var messages = new List<JsonObject>();
        if (body.TryGetProperty("instructions", out var instructions))
        {
            messages.Add(new() { ["role"] = "system", ["content"] = instructions.GetString() });
        }

        foreach (var item in body.TryGetProperty("input", out var input) ? input.EnumerateArray() : default)
        {
            switch (item.TryGetProperty("type", out var type) ? type.GetString() : "message")
            {
                case "message":
                    Add(messages, item);
                    break;
                case "function_call":
                    Call(messages, item);
                    break;
                case "function_call_output":
                    messages.Add(new() { ["role"] = "tool", ["tool_call_id"] = item.GetProperty("call_id").GetString(), ["content"] = item.GetProperty("output").GetString() });
                    break;
                default:
                    break;
            }
        }

        return [.. messages.Select(m => JsonSerializer.SerializeToElement(m))];
    }

    private static void Add(List<JsonObject> messages, JsonElement item)
    {
        var (role, text) = (item.GetProperty("role").GetString(), item.GetProperty("content").GetString());
        if (role == "assistant" && messages is [.., { } last] && (string?)last["role"] == role)
        {
            last["content"] = (string?)last["content"] + text;
        }
        else
        {
            messages.Add(new() { ["role"] = role, ["content"] = text });
        }
    }

    /// <summary>Calls of one answer follow each other.</summary>
    private static void Call(List<JsonObject> messages, JsonElement item)
    {
        if (messages is not [.., { } last] || (string?)last["role"] != "assistant")
        {
            messages.Add(last = new() { ["role"] = "assistant", ["content"] = null });
        }

        var calls = last["tool_calls"] as JsonArray;
        if (calls is null)
        {
            last["tool_calls"] = calls = [];
        }

        calls.Add(new JsonObject
        {
            ["id"] = item.GetProperty("call_id").GetString(),
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = item.GetProperty("name").GetString(), ["arguments"] = item.GetProperty("arguments").GetString() },
        });
    }
}
