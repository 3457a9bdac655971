using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>The parts of a request that both of OpenAI's wires share.</summary>
internal static class RequestJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="writeMembers">Writes what differs between the wires.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static ReadOnlyMemory<byte> Write(ModelRequest request, ModelSettings settings, Action<Utf8JsonWriter> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using var json = new Utf8JsonWriter(buffer, Options);
        var wire = settings.Wire;
        json.WriteStartObject();
        json.WriteString("model"u8, settings.Model);
        writeMembers(json);
        json.WriteBoolean("stream"u8, true);
        if (wire.OutputLimit is { } limit)
        {
            json.WriteNumber(limit, settings.MaxOutputTokens);
        }

        if (wire.ParallelCalls is { } parallel && request.Definition.Tools.Count > 0)
        {
            json.WriteBoolean("parallel_tool_calls"u8, parallel);
        }

        if (wire.Temperature is { } temperature)
        {
            json.WriteNumber("temperature"u8, temperature);
        }

        if (wire.TopP is { } topP)
        {
            json.WriteNumber("top_p"u8, topP);
        }

        foreach (var member in wire.Body?.EnumerateObject() ?? default)
        {
            member.WriteTo(json);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <param name="writeTool">Writes the members of one tool.</param>
    public static void WriteTools(Utf8JsonWriter json, IReadOnlyList<ToolDefinition> tools, Action<ToolDefinition> writeTool)
    {
        if (tools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            writeTool(tool);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Name, description and parameters of a tool.</summary>
    public static void WriteFunction(Utf8JsonWriter json, ToolDefinition tool)
    {
        json.WriteString("name"u8, tool.Name);
        json.WriteString("description"u8, tool.Description);
        json.WritePropertyName("parameters"u8);
        tool.Parameters.WriteTo(json);
    }

    /// <summary>Name and schema of the output.</summary>
    public static void WriteSchema(Utf8JsonWriter json, JsonElement schema)
    {
        json.WriteString("name"u8, "output"u8);
        json.WritePropertyName("schema"u8);
        schema.WriteTo(json);
    }

    public static ReadOnlySpan<byte> TypeOf(StructuredOutput structured) => structured == StructuredOutput.JsonObject ? "json_object"u8 : "json_schema"u8;
}
