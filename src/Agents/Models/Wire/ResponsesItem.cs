using System.Text.Json;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>A message, reasoning or a tool call in the output of a response, as one event describes it. Absent members are null.</summary>
/// <param name="Text">Of a message or of reasoning.</param>
/// <param name="Refusal">What the model says instead of an answer.</param>
/// <param name="Phase">The provider's word for the role of a message within the answer, such as <c>commentary</c>. It is sent back.</param>
/// <param name="Raw">The JSON of a reasoning item that can be sent back unchanged.</param>
internal sealed record ResponsesItem(
    string? Type, string? Id = null, string? CallId = null, string? Name = null, string? Arguments = null,
    string? Text = null, string? Refusal = null, string? Phase = null, string? Raw = null)
{
    public const string Message = "message";
    public const string Reasoning = "reasoning";
    public const string Call = "function_call";

    public bool IsKnown => Type is Message or Reasoning or Call;

    public static ResponsesItem Read(ref Utf8JsonReader reader)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        try
        {
            return Read(document.RootElement);
        }
        catch (InvalidOperationException)
        {
            return new(Type: null); // The name of a member is no Unicode text.
        }
    }

    private static ResponsesItem Read(JsonElement item)
    {
        var type = Member(item, "type");
        return new(
            type, Member(item, "id"), Member(item, "call_id"), Member(item, "name"),
            item.TryGetProperty("arguments", out var arguments) && arguments.ValueKind == JsonValueKind.Object ? ChatJson.Raw(arguments) : Member(item, "arguments"),
            type == Reasoning ? Texts(item, "summary", "text", "\n\n") ?? Texts(item, "content", "text", "\n\n") : Texts(item, "content", "text", ""),
            Texts(item, "content", "refusal", ""), Member(item, "phase"),

            // Without content the server would look the item up by its id, and it stores none.
            type == Reasoning && (Member(item, "encrypted_content") is { Length: > 0 } || Texts(item, "content", "text", "") is not null) && ChatJson.IsText(item) ? ChatJson.Raw(item) : null);
    }

    private static string? Member(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? ChatJson.Text(value) : null;

    /// <summary>A list of parts that have a text, or one text.</summary>
    private static string? Texts(JsonElement item, string list, string member, string between)
    {
        if (!item.TryGetProperty(list, out var parts))
        {
            return null;
        }

        if (parts.ValueKind == JsonValueKind.String)
        {
            return member == "text" ? ChatJson.Text(parts) : null;
        }

        var texts = parts.ValueKind != JsonValueKind.Array ? []
            : parts.EnumerateArray().Where(p => p.ValueKind == JsonValueKind.Object).Select(p => Member(p, member)).Where(t => !string.IsNullOrEmpty(t)).ToList();
        return texts.Count == 0 ? null : string.Join(between, texts);
    }
}
