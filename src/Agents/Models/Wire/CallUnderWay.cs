using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Json;
using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>A tool call whose pieces arrive.</summary>
/// <param name="index">The place that the server gives it.</param>
internal sealed class CallUnderWay(int index)
{
    public int Index => index;

    public string? Id { get; set; }

    public string? Name { get; set; }

    /// <summary>JSON that the provider wants back with the call.</summary>
    public string? Extra { get; set; }

    public StringBuilder Arguments { get; } = new();

    /// <summary>Its arguments are a whole JSON value.</summary>
    public bool IsWhole => Arguments.Length > 1 && Arguments[^1] is '}' or ']' or '"' && CallReader.IsJson(Text);

    /// <summary>Half of a surrogate pair is no text, and no JSON.</summary>
    private string Text => Utf16.Repair(Arguments.ToString());

    public bool Says(string arguments) => Arguments.Equals(arguments)
        || (CallReader.IsJson(arguments) && JsonElement.DeepEquals(JsonElement.Parse(Text), JsonElement.Parse(arguments)));

    /// <param name="isWhole">Else a call without arguments may have some to come.</param>
    public FunctionCallContent ToContent(bool isWhole)
    {
        var content = new FunctionCallContent(Id ?? "", Name ?? "") { AdditionalProperties = Extra is null ? null : new() { [Opaque.Key] = Extra } };
        if (!isWhole && Arguments.Length == 0)
        {
            content.Exception = CallReader.UnusableException.TooLong;
            return content;
        }

        try
        {
            content.Arguments = CallReader.Parse(Text);
        }
        catch (InvalidOperationException)
        {
            content.Exception = CallReader.UnusableException.NotText;
        }
        catch (Exception e) when (e is JsonException or CallReader.UnusableException)
        {
            content.Exception = e;
        }

        return content;
    }
}

/// <summary>How much of tool calls an answer may hold.</summary>
internal struct CallBounds
{
    /// <summary>Of all calls of an answer.</summary>
    private const int MaxArgumentBytes = 1024 * 1024;

    private const int MostCalls = 128;
    private long _bytes;

    /// <summary>Nobody can use the calls, whatever follows.</summary>
    public bool AreMet { get; private set; }

    /// <returns>Bytes of the arguments that came.</returns>
    public int Add(string? arguments, CallUnderWay call, int calls)
    {
        var bytes = arguments is null ? 0 : Encoding.UTF8.GetByteCount(arguments);
        _bytes += bytes;
        AreMet |= calls > MostCalls || _bytes > MaxArgumentBytes || call.Arguments.Length > CallReader.MaxArgumentBytes;
        return bytes;
    }
}
