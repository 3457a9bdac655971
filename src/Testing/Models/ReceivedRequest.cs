using System.Text.Json;

namespace OrleansAgents.Testing;

/// <summary>A request to the model, as it came over the wire.</summary>
public sealed class ReceivedRequest
{
    internal ReceivedRequest(int number, string path, string query, IReadOnlyDictionary<string, string> headers, JsonElement body) =>
        (Number, Path, Query, Headers, Body) = (number, path, query, headers, body);

    /// <summary>1, 2, 3 … in the order of arrival.</summary>
    public int Number { get; }

    /// <summary>All of it: a request of OpenAI's chat completions, or of its responses.</summary>
    public JsonElement Body { get; }

    /// <summary>Name of the model configuration that was asked; <c>default</c> for agents that name none.</summary>
    public string Model => Body.TryGetProperty("model", out var model) ? model.GetString() ?? "" : "";

    /// <summary>What the model is shown: instructions, input, earlier answers and results.</summary>
    public IReadOnlyList<JsonElement> Messages =>
        Body.TryGetProperty("messages", out var messages) ? [.. messages.EnumerateArray()] : ResponsesInput.Messages(Body);

    /// <summary>Names of the tools on offer.</summary>
    public IReadOnlyList<string> Tools =>
        Body.TryGetProperty("tools", out var tools) ? [.. tools.EnumerateArray().Select(t => (t.TryGetProperty("function", out var function) ? function : t).GetProperty("name").GetString()!)] : [];

    /// <summary>How many answers of the model the request already holds: 0 for the first step.</summary>
    public int Turn => Messages.Count(m => Role(m) == "assistant");

    /// <summary>Text of the first user message: the run's input.</summary>
    public string Input => Messages.Where(m => Role(m) == "user").Select(Text).FirstOrDefault() ?? "";

    /// <summary>Text of the last message, whoever wrote it: a tool's result, most often.</summary>
    public string LastText => Messages.Count == 0 ? "" : Text(Messages[^1]);

    internal string Path { get; }

    /// <summary>With its question mark; empty without one.</summary>
    internal string Query { get; }

    internal IReadOnlyDictionary<string, string> Headers { get; }

    internal string? Authorization => Headers.GetValueOrDefault("Authorization");

    /// <summary>One line for each message.</summary>
    public override string ToString() => string.Join('\n', Messages.Select(m => $"  {Role(m)}: {Line(m)}"));

    internal static string Role(JsonElement message) => message.GetProperty("role").GetString()!;

    internal static string Text(JsonElement message) => message.TryGetProperty("content", out var content)
        ? content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(p => p.TryGetProperty("text", out var text) ? text.GetString() : "")),
            _ => "",
        }
        : "";

    private static string Line(JsonElement message)
    {
        var calls = message.TryGetProperty("tool_calls", out var asked)
            ? asked.EnumerateArray().Select(c => c.GetProperty("function")).Select(f => $"{f.GetProperty("name")}({f.GetProperty("arguments").GetString()})")
            : [];
        return Excerpt.Of(string.Join(' ', calls.Prepend(Text(message)).Where(part => part.Length > 0)));
    }
}
