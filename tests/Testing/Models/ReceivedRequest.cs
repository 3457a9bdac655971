using System.Text.Json;

namespace OrleansAgents.Testing;

/// <summary>A request as the model server received it.</summary>
/// <param name="Number">1, 2, 3 … in the order of arrival.</param>
internal sealed record ReceivedRequest(int Number, string Path, string? Authorization, JsonElement Body)
{
    public string Model => Body.TryGetProperty("model", out var model) ? model.GetString() ?? "" : "";

    public IReadOnlyList<JsonElement> Messages =>
        Body.TryGetProperty("messages", out var messages) ? [.. messages.EnumerateArray()] : [];

    /// <summary>Names of the tools on offer.</summary>
    public IReadOnlyList<string> Tools =>
        Body.TryGetProperty("tools", out var tools) ? [.. tools.EnumerateArray().Select(t => t.GetProperty("function").GetProperty("name").GetString()!)] : [];

    /// <summary>How many answers of the model the request already holds: 0 for the first step.</summary>
    public int Turn => Messages.Count(m => Role(m) == "assistant");

    /// <summary>Text of the first user message: the run's input.</summary>
    public string Input => Messages.Where(m => Role(m) == "user").Select(Text).FirstOrDefault() ?? "";

    /// <summary>Text of the last message, whoever wrote it.</summary>
    public string LastText => Messages.Count == 0 ? "" : Text(Messages[^1]);

    public static string Role(JsonElement message) => message.GetProperty("role").GetString()!;

    public static string Text(JsonElement message) => message.TryGetProperty("content", out var content)
        ? content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(p => p.TryGetProperty("text", out var text) ? text.GetString() : "")),
            _ => "",
        }
        : "";
}
