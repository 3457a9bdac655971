using System.Text.Json;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Json;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>Writes a request in the form of OpenAI's chat completions.</summary>
internal static class ChatRequest
{
    /// <returns>UTF-8 JSON.</returns>
    public static ReadOnlyMemory<byte> Write(ModelRequest request, ModelSettings settings) => RequestJson.Write(request, settings, json =>
    {
        var (wire, definition) = (settings.Wire, request.Definition);
        json.WriteStartArray("messages"u8);
        foreach (var message in WireMessages.Of(request, settings))
        {
            Write(json, message, wire.CallIds);
        }

        json.WriteEndArray();
        if (wire.StreamOptions)
        {
            json.WriteStartObject("stream_options"u8);
            json.WriteBoolean("include_usage"u8, true);
            json.WriteEndObject();
        }

        RequestJson.WriteTools(json, definition.Tools, tool =>
        {
            json.WriteStartObject("function"u8);
            RequestJson.WriteFunction(json, tool);
            WriteStrict(json, tool.Parameters, wire);
            json.WriteEndObject();
        });
        if (definition.Output is { } schema && wire.Structured != StructuredOutput.Instructions)
        {
            WriteOutput(json, schema, wire);
        }

        if (wire.ReasoningEffort is { } effort)
        {
            json.WriteString("reasoning_effort"u8, effort);
        }
    });

    private static void Write(Utf8JsonWriter json, ChatMessage message, CallIds form)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, message.Role.Value);
        if (message.Contents is [FunctionResultContent result])
        {
            json.WriteString("tool_call_id"u8, WireMessages.CallId(result.CallId, form));
            json.WriteString("content"u8, (string?)result.Result);
        }
        else
        {
            var text = string.Concat(message.Contents.OfType<TextContent>().Select(t => t.Text));
            var calls = message.Contents.OfType<FunctionCallContent>().ToList();
            json.WriteString("content"u8, calls.Count > 0 && text.Length == 0 ? null : text);

            WriteCalls(json, calls, form);
            var reasoning = message.Contents.OfType<TextReasoningContent>().ToList();
            foreach (var part in reasoning.Where(r => r.ProtectedData is not null))
            {
                ChatOpaque.Write(json, part.ProtectedData!, string.Concat(reasoning.Select(r => r.Text)));
            }
        }

        json.WriteEndObject();
    }

    private static void WriteCalls(Utf8JsonWriter json, List<FunctionCallContent> calls, CallIds form)
    {
        if (calls.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tool_calls"u8);
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, WireMessages.CallId(call.CallId, form));
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, call.Name);
            json.WriteString("arguments"u8, JsonSerializer.Serialize(call.Arguments, ToolJson.Options));
            json.WriteEndObject();
            if (call.AdditionalProperties?.GetValueOrDefault(Opaque.Key) is string extra)
            {
                json.WritePropertyName("extra_content"u8);
                json.WriteRawValue(extra);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteOutput(Utf8JsonWriter json, JsonElement schema, WireSettings wire)
    {
        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, RequestJson.TypeOf(wire.Structured));
        if (wire.Structured == StructuredOutput.JsonSchema)
        {
            json.WriteStartObject("json_schema"u8);
            RequestJson.WriteSchema(json, schema);
            WriteStrict(json, schema, wire);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Compatible servers may not know the member, so it is written only where it is true.</summary>
    private static void WriteStrict(Utf8JsonWriter json, JsonElement schema, WireSettings wire)
    {
        if (wire.Strict && StrictSchema.Fits(schema))
        {
            json.WriteBoolean("strict"u8, true);
        }
    }
}
