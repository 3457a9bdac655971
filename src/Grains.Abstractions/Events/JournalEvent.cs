using System.Globalization;
using System.Text.Json;

namespace OrleansAgents.Events;

/// <summary>A recorded event with its place in the journal; <see cref="Data"/> holds the stored bytes, unchanged.</summary>
/// <param name="JournalId">The run or thread.</param>
/// <param name="Seq">1, 2, 3 … without holes.</param>
/// <param name="At">When it was recorded, UTC.</param>
/// <param name="Type">Its name, possibly one that this build does not know.</param>
/// <param name="CommandId">The client's command that it follows from.</param>
/// <param name="Data">UTF-8 JSON. Treat as read-only. Empty in an event of a lifecycle stream that was too large for it; see <see cref="HasData"/>.</param>
[GenerateSerializer, Immutable, Alias("journal-event")]
public sealed record JournalEvent(
    [property: Id(0)] string JournalId, [property: Id(1)] long Seq, [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] string Type, [property: Id(4)] string? CommandId, [property: Id(5)] byte[] Data)
{
    /// <summary>False for a reference: the event was recorded, and its data is in the journal alone. Only lifecycle streams carry such.</summary>
    public bool HasData => Data.Length > 0;

    /// <summary>The same event as a reference, for a message that it is too large for.</summary>
    public JournalEvent WithoutData() => this with { Data = [] };

    /// <summary>The typed event, or null when this build does not know its name or its data is not here.</summary>
    public Event? Decode() => HasData ? EventCodec.Decode(Type, Data) : null;

    /// <summary>Writes <c>{ runId | threadId, seq, at, type, commandId?, data }</c>, with the stored data as it is.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString(JournalIds.IsThread(JournalId) ? "threadId"u8 : "runId"u8, JournalId);
        writer.WriteNumber("seq"u8, Seq);
        writer.WriteString("at"u8, At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        writer.WriteString("type"u8, Type);
        if (CommandId is not null)
        {
            writer.WriteString("commandId"u8, CommandId);
        }

        writer.WritePropertyName("data"u8);
        writer.WriteRawValue(Data, skipInputValidation: true);
        writer.WriteEndObject();
    }
}

/// <summary>A piece of an answer as it is produced. Never journaled.</summary>
/// <param name="Step">The step.</param>
/// <param name="Attempt">The attempt within the step.</param>
/// <param name="Kind"><c>text</c> or <c>reasoning</c>.</param>
/// <param name="Offset">Where this text starts in the attempt's whole stream, in UTF-16 units.</param>
/// <param name="Text">Never splits a surrogate pair.</param>
[GenerateSerializer, Immutable, Alias("model-delta")]
public sealed record ModelDelta(
    [property: Id(0)] int Step, [property: Id(1)] int Attempt, [property: Id(2)] string Kind,
    [property: Id(3)] int Offset, [property: Id(4)] string Text)
{
    /// <summary>The event's name on the wire.</summary>
    public const string Name = "model.delta";

    /// <summary>The most text that is put together, in UTF-16 units: what is joined piece by piece is copied each time.</summary>
    private const int MostJoined = 1024;

    /// <summary>This piece and the one that follows on it as one; null when it does not, or they would be too long.</summary>
    internal ModelDelta? With(ModelDelta next) =>
        (next.Step, next.Attempt, next.Kind, next.Offset) == (Step, Attempt, Kind, Offset + Text.Length) && Text.Length + next.Text.Length <= MostJoined
            ? this with { Text = Text + next.Text }
            : null;

    /// <summary>Writes <c>{ runId, after, type, data }</c>; <paramref name="after"/> is the last durable seq before it.</summary>
    public void WriteTo(Utf8JsonWriter writer, string runId, long after)
    {
        writer.WriteStartObject();
        writer.WriteString("runId"u8, runId);
        writer.WriteNumber("after"u8, after);
        writer.WriteString("type"u8, Name);
        writer.WritePropertyName("data"u8);
        JsonSerializer.Serialize(writer, this, EventJson.Default.ModelDelta);
        writer.WriteEndObject();
    }
}
