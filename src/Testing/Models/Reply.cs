using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansAgents.Testing;

/// <summary>A scripted answer of the model server, told in the order of the wire.</summary>
/// <remarks>Nothing is added: without <see cref="Finish"/> there is no finish reason, without <see cref="NoDone"/> the stream ends in <c>[DONE]</c>.</remarks>
internal sealed class Reply
{
    private readonly List<ReplyStep> _steps = [];
    private int _calls;

    public IReadOnlyList<ReplyStep> Steps => _steps;

    public int Status { get; private set; } = 200;

    /// <summary>All that is sent, instead of events.</summary>
    public byte[]? WholeBody { get; private set; }

    public Dictionary<string, string> Headers { get; } = [];

    public bool EndsWithDone { get; private set; } = true;

    /// <summary>One chunk for each piece.</summary>
    public Reply Text(params ReadOnlySpan<string> pieces)
    {
        foreach (var piece in pieces)
        {
            Delta(new() { ["content"] = piece });
        }

        return this;
    }

    /// <summary>Reasoning in the form of several compatible servers.</summary>
    public Reply Reasoning(params ReadOnlySpan<string> pieces)
    {
        foreach (var piece in pieces)
        {
            Delta(new() { ["reasoning_content"] = piece });
        }

        return this;
    }

    public Reply Refusal(string text) => Delta(new() { ["refusal"] = text });

    /// <summary>A call whose arguments come in pieces of at most <paramref name="pieceLength"/> characters. Call again for a parallel call.</summary>
    /// <param name="id">The provider's id; null leaves it out.</param>
    public Reply Call(string tool, string arguments, string? id = "", int pieceLength = 7)
    {
        var index = _calls++;
        id = id?.Length == 0 ? $"call_{index + 1}" : id;
        CallPiece(index, id, tool, "");
        for (var at = 0; at < arguments.Length; at += pieceLength)
        {
            CallPiece(index, null, null, arguments[at..Math.Min(arguments.Length, at + pieceLength)]);
        }

        return this;
    }

    public Reply CallPiece(int index, string? id, string? tool, string arguments)
    {
        var function = new JsonObject { ["arguments"] = arguments };
        if (tool is not null)
        {
            function["name"] = tool;
        }

        var call = new JsonObject { ["index"] = index, ["type"] = "function", ["function"] = function };
        if (id is not null)
        {
            call["id"] = id;
        }

        return Delta(new() { ["tool_calls"] = new JsonArray(call) });
    }

    /// <summary><c>stop</c>, <c>tool_calls</c>, <c>length</c>, <c>content_filter</c>.</summary>
    public Reply Finish(string reason) => Chunk(new JsonObject
    {
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = new JsonObject(), ["finish_reason"] = reason }),
    });

    public Reply Usage(int input, int output, int cached = 0, int reasoning = 0) => Chunk(new JsonObject
    {
        ["choices"] = new JsonArray(),
        ["usage"] = new JsonObject
        {
            ["prompt_tokens"] = input,
            ["completion_tokens"] = output,
            ["total_tokens"] = input + output,
            ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = cached },
            ["completion_tokens_details"] = new JsonObject { ["reasoning_tokens"] = reasoning },
        },
    });

    /// <summary>An error inside a stream that began with status 200.</summary>
    public Reply ErrorChunk(string message, string code = "server_error") =>
        Raw(JsonSerializer.Serialize(new { error = new { message, code, type = code } }));

    /// <summary>The data of one server-sent event, as it is.</summary>
    public Reply Raw(string data)
    {
        _steps.Add(new ReplyStep.Send(data));
        return this;
    }

    /// <summary>A line that is no event: a client passes over it.</summary>
    public Reply Comment(string text)
    {
        _steps.Add(new ReplyStep.Comment(text));
        return this;
    }

    /// <summary>Says nothing until the gate opens or the client goes away.</summary>
    public Reply Wait(Task gate)
    {
        _steps.Add(new ReplyStep.Hold(gate));
        return this;
    }

    /// <summary>Breaks the connection here.</summary>
    public Reply Abort()
    {
        _steps.Add(new ReplyStep.Break());
        return this;
    }

    /// <summary>The stream ends without <c>[DONE]</c>.</summary>
    public Reply NoDone()
    {
        EndsWithDone = false;
        return this;
    }

    public Reply Header(string name, string value)
    {
        Headers[name] = value;
        return this;
    }

    /// <summary>No stream: a status with an error body.</summary>
    public Reply Error(int status, string message = "scripted fault", string? code = null, string? type = null)
    {
        return Body(status, JsonSerializer.Serialize(new { error = new { message, type, code } }));
    }

    /// <summary>No stream: a status with this body.</summary>
    public Reply Body(int status, string body)
    {
        Status = status;
        return Bytes(Encoding.UTF8.GetBytes(body));
    }

    /// <summary>No stream: these bytes.</summary>
    public Reply Bytes(byte[] body)
    {
        WholeBody = body;
        return this;
    }

    private Reply Delta(JsonObject delta) => Chunk(new JsonObject
    {
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = null }),
    });

    private Reply Chunk(JsonObject members)
    {
        members["id"] = "chatcmpl-1";
        members["object"] = "chat.completion.chunk";
        members["created"] = 1_700_000_000;
        members["model"] = "scripted";
        return Raw(members.ToJsonString());
    }
}

/// <summary>One thing that the server does while it answers.</summary>
internal abstract record ReplyStep
{
    public sealed record Send(string Data) : ReplyStep;

    public sealed record Comment(string Text) : ReplyStep;

    public sealed record Hold(Task Gate) : ReplyStep;

    public sealed record Break : ReplyStep;
}
