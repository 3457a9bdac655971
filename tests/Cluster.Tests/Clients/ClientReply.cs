using System.Text.Json;

namespace OrleansAgents.Cluster.Tests.Clients;

/// <summary>A scripted answer that each stand-in server tells on its own wire.</summary>
internal sealed class ClientReply
{
    private readonly List<ReplyPart> _parts = [];

    public IReadOnlyList<ReplyPart> Parts => _parts;

    /// <summary>Other than 200, the whole answer, with <see cref="Message"/>.</summary>
    public int Status { get; private init; } = 200;

    public string Message { get; private init; } = "";

    /// <summary>What the provider calls the cause, where it does.</summary>
    public string? Code { get; private init; }

    /// <summary>The stream ends without the last message of its wire.</summary>
    public bool IsCut { get; private set; }

    public static ClientReply Refuse(int status, string message, string? code = null) => new() { Status = status, Message = message, Code = code };

    public ClientReply Think(params ReadOnlySpan<string> pieces) => Add(new ReplyPart.Thought([.. pieces]));

    /// <summary>Reasoning that the provider does not show.</summary>
    public ClientReply Redacted(string data) => Add(new ReplyPart.Hidden(data));

    public ClientReply Say(params ReadOnlySpan<string> pieces) => Add(new ReplyPart.Text([.. pieces]));

    public ClientReply Call(string tool, string arguments = "{}") => Add(new ReplyPart.Call(tool, JsonElement.Parse(arguments)));

    /// <summary>Says nothing until the gate opens or the client goes away.</summary>
    public ClientReply Wait(Task gate) => Add(new ReplyPart.Hold(gate));

    /// <summary>An error inside the stream, which ends with it.</summary>
    public ClientReply Fail(string message)
    {
        IsCut = true;
        return Add(new ReplyPart.Fault(message));
    }

    private ClientReply Add(ReplyPart part)
    {
        _parts.Add(part);
        return this;
    }
}

/// <summary>One thing in an answer.</summary>
internal abstract record ReplyPart
{
    public sealed record Thought(IReadOnlyList<string> Pieces) : ReplyPart;

    public sealed record Hidden(string Data) : ReplyPart;

    public sealed record Text(IReadOnlyList<string> Pieces) : ReplyPart;

    public sealed record Call(string Tool, JsonElement Arguments) : ReplyPart;

    public sealed record Hold(Task Gate) : ReplyPart;

    public sealed record Fault(string Message) : ReplyPart;
}
