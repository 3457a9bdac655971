using System.Collections.Frozen;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OrleansAgents.Events;

/// <summary>Gives every event its stable name and its JSON form.</summary>
public static class EventCodec
{
    private static readonly EventJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowOutOfOrderMetadataProperties = true,

        // Text of every script stays readable and short; the data is never embedded in HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    private static readonly (string Name, Type Type, JsonTypeInfo Info)[] Known =
    [
        Row("run.created", Json.RunCreated), Row("run.started", Json.RunStarted), Row("run.waiting", Json.RunWaiting),
        Row("run.paused", Json.RunPaused), Row("run.resumed", Json.RunResumed), Row("message.received", Json.MessageReceived), Row("budget.reached", Json.BudgetReached),
        Row("run.completed", Json.RunCompleted), Row("run.failed", Json.RunFailed),
        Row("run.cancelling", Json.RunCancelling), Row("run.cancelled", Json.RunCancelled), Row("feedback.given", Json.FeedbackGiven),
        Row("model.started", Json.ModelStarted), Row("model.completed", Json.ModelCompleted), Row("model.failed", Json.ModelFailed), Row("retry.requested", Json.RetryRequested),
        Row("tool.started", Json.ToolStarted), Row("tool.completed", Json.ToolCompleted), Row("tool.failed", Json.ToolFailed),
        Row("tool.late", Json.ToolLate), Row("decision.requested", Json.DecisionRequested), Row("decision.resolved", Json.DecisionResolved),
        Row("tool.checking", Json.ToolChecking), Row("tool.checked", Json.ToolChecked),
        Row("thread.created", Json.ThreadCreated), Row("turn.accepted", Json.TurnAccepted), Row("message.accepted", Json.MessageAccepted),
        Row("message.delivered", Json.MessageDelivered), Row("message.edited", Json.MessageEdited), Row("message.removed", Json.MessageRemoved),
        Row("turn.ended", Json.TurnEnded), Row("thread.changed", Json.ThreadChanged), Row("thread.closed", Json.ThreadClosed),
        Row("memory.compacted", Json.MemoryCompacted), Row("memory.failed", Json.MemoryFailed), Row("memory.restored", Json.MemoryRestored), Row("memory.forgotten", Json.MemoryForgotten),
        Row("fact.remembered", Json.FactRemembered), Row("fact.forgotten", Json.FactForgotten), Row("fact.erased", Json.FactErased),
    ];

    private static readonly FrozenDictionary<string, JsonTypeInfo> ByName = Known.ToFrozenDictionary(k => k.Name, k => k.Info);
    private static readonly FrozenDictionary<Type, (string Name, JsonTypeInfo Info)> ByType =
        Known.ToFrozenDictionary(k => k.Type, k => (k.Name, k.Info));

    /// <summary>Every event name with its record type, in the order of the specification.</summary>
    public static IEnumerable<(string Name, Type Type)> Types => Known.Select(k => (k.Name, k.Type));

    /// <summary>The event's name on the wire, such as <c>run.created</c>.</summary>
    public static string NameOf(Event e) => ByType[e.GetType()].Name;

    /// <summary>The event's data as UTF-8 JSON, without its name.</summary>
    public static byte[] Encode(Event e) => JsonSerializer.SerializeToUtf8Bytes(e, ByType[e.GetType()].Info);

    /// <summary>The event, or null for a name that this build does not know.</summary>
    /// <exception cref="JsonException">The data does not fit the name.</exception>
    public static Event? Decode(string name, ReadOnlySpan<byte> data) =>
        ByName.TryGetValue(name, out var info) ? (Event?)JsonSerializer.Deserialize(data, info) : null;

    private static (string, Type, JsonTypeInfo) Row<T>(string name, JsonTypeInfo<T> info)
        where T : Event => (name, typeof(T), info);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(RunCreated)), JsonSerializable(typeof(RunStarted)), JsonSerializable(typeof(RunWaiting))]
[JsonSerializable(typeof(RunPaused)), JsonSerializable(typeof(RunResumed)), JsonSerializable(typeof(BudgetReached))]
[JsonSerializable(typeof(MessageReceived))]
[JsonSerializable(typeof(RunCompleted)), JsonSerializable(typeof(RunFailed))]
[JsonSerializable(typeof(RunCancelling)), JsonSerializable(typeof(RunCancelled)), JsonSerializable(typeof(FeedbackGiven))]
[JsonSerializable(typeof(ModelStarted)), JsonSerializable(typeof(ModelCompleted)), JsonSerializable(typeof(ModelFailed)), JsonSerializable(typeof(RetryRequested))]
[JsonSerializable(typeof(ToolStarted)), JsonSerializable(typeof(ToolCompleted)), JsonSerializable(typeof(ToolFailed))]
[JsonSerializable(typeof(ToolLate)), JsonSerializable(typeof(DecisionRequested)), JsonSerializable(typeof(DecisionResolved))]
[JsonSerializable(typeof(ToolChecking)), JsonSerializable(typeof(ToolChecked))]
[JsonSerializable(typeof(ThreadCreated)), JsonSerializable(typeof(TurnAccepted)), JsonSerializable(typeof(MessageAccepted))]
[JsonSerializable(typeof(MessageDelivered)), JsonSerializable(typeof(MessageEdited)), JsonSerializable(typeof(MessageRemoved))]
[JsonSerializable(typeof(TurnEnded)), JsonSerializable(typeof(ThreadChanged)), JsonSerializable(typeof(ThreadClosed))]
[JsonSerializable(typeof(MemoryCompacted)), JsonSerializable(typeof(MemoryFailed)), JsonSerializable(typeof(MemoryRestored)), JsonSerializable(typeof(MemoryForgotten))]
[JsonSerializable(typeof(FactRemembered)), JsonSerializable(typeof(FactForgotten)), JsonSerializable(typeof(FactErased))]
[JsonSerializable(typeof(System.Text.Json.JsonElement)), JsonSerializable(typeof(BodyRef)), JsonSerializable(typeof(ModelDelta))]
internal sealed partial class EventJson : JsonSerializerContext;
