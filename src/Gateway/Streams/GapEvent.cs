namespace OrleansAgents.Gateway.Streams;

/// <summary>The cursor cannot be continued from. Never journaled.</summary>
/// <param name="After">The newest durable seq; the stream goes on behind it.</param>
internal sealed record GapEvent(string? RunId, string? ThreadId, long After, string Type, GapData Data)
{
    /// <summary>The event's name on the wire.</summary>
    public const string Name = "gap";
}

/// <param name="Cursor">What was asked for.</param>
/// <param name="View">The run or thread as it stands, to begin anew from.</param>
internal sealed record GapData(string Cursor, long Head, object View);
