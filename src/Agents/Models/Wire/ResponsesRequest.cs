using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Json;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>Writes a request in the form of OpenAI's responses. The server stores nothing, so every request holds the whole conversation.</summary>
internal static class ResponsesRequest
{
    /// <returns>UTF-8 JSON.</returns>
    public static ReadOnlyMemory<byte> Write(ModelRequest request, ModelSettings settings) => RequestJson.Write(request, settings, json =>
    {
        var (wire, definition) = (settings.Wire, request.Definition);
        WriteInput(json, WireMessages.Of(request, settings), wire, hasForm: definition.Output is not null);
        json.WriteBoolean("store"u8, false);
        if (wire.EncryptedReasoning)
        {
            json.WriteStartArray("include"u8);
            json.WriteStringValue("reasoning.encrypted_content"u8);
            json.WriteEndArray();
        }

        // Without the member a schema is strict on this wire.
        RequestJson.WriteTools(json, definition.Tools, tool =>
        {
            RequestJson.WriteFunction(json, tool);
            json.WriteBoolean("strict"u8, wire.Strict && StrictSchema.Fits(tool.Parameters));
        });
        if (definition.Output is { } schema && wire.Structured != StructuredOutput.Instructions)
        {
            WriteOutput(json, schema, wire);
        }

        WriteReasoning(json, wire);
    });

    /// <summary>The journal's form of a message's phase; it follows the text of the message.</summary>
    public static string PhaseOf(string phase) => $$"""{"type":"message","phase":{{JsonSerializer.Serialize(phase)}}}""";

    private static void WriteInput(Utf8JsonWriter json, List<ChatMessage> messages, WireSettings wire, bool hasForm)
    {
        // Asked for a JSON object, the server looks for the word JSON in the input, and not in the instructions.
        var isInInput = hasForm && wire.Structured == StructuredOutput.JsonObject;
        if (!isInInput && messages is [{ } first, ..] && first.Role == ChatRole.System)
        {
            json.WriteString("instructions"u8, first.Text);
            messages.RemoveAt(0);
        }

        json.WriteStartArray("input"u8);
        foreach (var message in messages)
        {
            if (message.Contents is [FunctionResultContent result])
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "function_call_output"u8);
                json.WriteString("call_id"u8, WireMessages.CallId(result.CallId, wire.CallIds));
                json.WriteString("output"u8, (string?)result.Result);
                json.WriteEndObject();
            }
            else
            {
                Write(json, message, wire.CallIds);
            }
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ChatMessage message, CallIds form)
    {
        // Reasoning is held back until something follows it: the server refuses an answer that ends in reasoning.
        var (text, reasoning) = (new StringBuilder(), new List<string>());
        foreach (var content in message.Contents)
        {
            switch (content)
            {
                case TextContent said:
                    text.Append(said.Text);
                    break;
                case TextReasoningContent { ProtectedData: { } data }:
                    var phase = PhaseIn(data);
                    WriteText(json, message.Role, text, phase, reasoning);
                    if (phase is null)
                    {
                        reasoning.Add(data);
                    }

                    break;
                case FunctionCallContent call:
                    WriteText(json, message.Role, text, null, reasoning);
                    WriteReasoning(json, reasoning);
                    Write(json, call, form);
                    break;
                default:
                    break;
            }
        }

        WriteText(json, message.Role, text, null, reasoning);
    }

    private static void WriteReasoning(Utf8JsonWriter json, List<string> reasoning)
    {
        foreach (var item in reasoning)
        {
            json.WriteRawValue(item);
        }

        reasoning.Clear();
    }

    private static void WriteText(Utf8JsonWriter json, ChatRole role, StringBuilder text, string? phase, List<string> reasoning)
    {
        if (text.Length == 0)
        {
            return;
        }

        WriteReasoning(json, reasoning);
        json.WriteStartObject();
        json.WriteString("role"u8, role.Value);
        json.WriteString("content"u8, text.ToString());
        if (phase is not null)
        {
            json.WriteString("phase"u8, phase);
        }

        json.WriteEndObject();
        text.Clear();
    }

    private static void Write(Utf8JsonWriter json, FunctionCallContent call, CallIds form)
    {
        if (call.AdditionalProperties?.GetValueOrDefault(Opaque.Key) is string before)
        {
            using var items = JsonDocument.Parse(before);
            foreach (var item in items.RootElement.EnumerateArray())
            {
                json.WriteRawValue(ChatJson.Raw(item));
            }
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "function_call"u8);
        json.WriteString("call_id"u8, WireMessages.CallId(call.CallId, form));
        json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, JsonSerializer.Serialize(call.Arguments, ToolJson.Options));
        json.WriteEndObject();
    }

    private static string? PhaseIn(string data)
    {
        using var item = JsonDocument.Parse(data);
        return item.RootElement.GetProperty("type"u8).ValueEquals("message"u8) ? item.RootElement.GetProperty("phase"u8).GetString() : null;
    }

    private static void WriteOutput(Utf8JsonWriter json, JsonElement schema, WireSettings wire)
    {
        json.WriteStartObject("text"u8);
        json.WriteStartObject("format"u8);
        json.WriteString("type"u8, RequestJson.TypeOf(wire.Structured));
        if (wire.Structured == StructuredOutput.JsonSchema)
        {
            RequestJson.WriteSchema(json, schema);
            json.WriteBoolean("strict"u8, wire.Strict && StrictSchema.Fits(schema));
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteReasoning(Utf8JsonWriter json, WireSettings wire)
    {
        if (wire.ReasoningEffort is null && wire.ReasoningSummary is null)
        {
            return;
        }

        json.WriteStartObject("reasoning"u8);
        if (wire.ReasoningEffort is { } effort)
        {
            json.WriteString("effort"u8, effort);
        }

        if (wire.ReasoningSummary is { } summary)
        {
            json.WriteString("summary"u8, summary);
        }

        json.WriteEndObject();
    }
}
