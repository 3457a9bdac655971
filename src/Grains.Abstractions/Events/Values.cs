using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansAgents.Events;

/// <summary>Part of a message. The discriminator is <c>type</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(TextPart), "text")]
[JsonDerivedType(typeof(ReasoningPart), "reasoning")]
public abstract record ContentPart([property: JsonIgnore] Text Value);

/// <summary>Text for the reader.</summary>
public sealed record TextPart(Text Text) : ContentPart(Text);

/// <summary>The model's reasoning, with the provider's opaque data for the round trip.</summary>
/// <param name="Protected">The data, with the provider that it is for. Its text is empty where there is only data.</param>
public sealed record ReasoningPart(Text Text, string? Protected = null) : ContentPart(Text);

/// <summary>A tool call as the model asked for it.</summary>
/// <param name="CallId">Unique in the run.</param>
/// <param name="ProviderCallId">The provider's id, sent back to it with the result.</param>
/// <param name="Invalid">Why it cannot be dispatched (malformed, unknown tool, cut off), in words for the model.</param>
/// <param name="Protected">The provider's opaque data for the round trip, with the provider that it is for.</param>
public sealed record ToolCallRequest(
    string CallId, string ProviderCallId, string Tool, JsonElement Arguments, string? Invalid = null, string? Protected = null);

/// <summary>Who acts. <c>local</c> where nothing is configured.</summary>
[GenerateSerializer, Immutable, Alias("principal")]
public sealed record Principal([property: Id(0)] string Tenant, [property: Id(1)] string User)
{
    /// <summary>The only principal of a service without authentication.</summary>
    public static Principal Local { get; } = new("local", "local");
}

/// <summary>What a run may use before it pauses. Null means no limit.</summary>
/// <param name="Steps">Model and tool calls.</param>
/// <param name="Tokens">Input and output tokens, the next call's worst case included.</param>
/// <param name="Seconds">Wall-clock time since the run started.</param>
/// <param name="Cost">US dollars, the next call's worst case included; only for models with a price.</param>
[GenerateSerializer, Immutable, Alias("budget")]
public sealed record Budget(
    [property: Id(0)] int? Steps = null, [property: Id(1)] long? Tokens = null, [property: Id(2)] long? Seconds = null,
    [property: Id(3)] decimal? Cost = null);

/// <summary>Tokens and calls used; sums over the run in <see cref="RunCompleted"/>, one call's in <see cref="ModelCompleted"/>.</summary>
/// <param name="Cost">US dollars at the price of the time; absent where a call had no price, for nothing is guessed.</param>
[GenerateSerializer, Immutable, Alias("usage")]
public sealed record Usage(
    [property: Id(0)] long InputTokens = 0, [property: Id(1)] long CachedTokens = 0,
    [property: Id(2)] long OutputTokens = 0, [property: Id(3)] long ReasoningTokens = 0,
    [property: Id(4)] int ModelCalls = 0, [property: Id(5)] int ToolCalls = 0, [property: Id(6)] decimal? Cost = null)
{
    public static Usage operator +(Usage a, Usage b) => new(
        a.InputTokens + b.InputTokens, a.CachedTokens + b.CachedTokens, a.OutputTokens + b.OutputTokens,
        a.ReasoningTokens + b.ReasoningTokens, a.ModelCalls + b.ModelCalls, a.ToolCalls + b.ToolCalls,
        a.ModelCalls == 0 ? b.Cost : b.ModelCalls == 0 ? a.Cost : a.Cost + b.Cost);

    public static Usage Add(Usage left, Usage right) => left + right;
}

/// <summary>What went wrong: a stable code and a sentence for people.</summary>
[GenerateSerializer, Immutable, Alias("run-error")]
public sealed record RunError([property: Id(0)] string Code, [property: Id(1)] string Message);

/// <summary>How calls in flight end at a pause.</summary>
[JsonConverter(typeof(SnakeCaseEnum<PauseMode>))]
[Alias("pause-mode")]
public enum PauseMode
{
    /// <summary>They finish and are recorded.</summary>
    Step,

    /// <summary>Model calls and repeatable tools are cut; an at-most-once call finishes.</summary>
    Now,
}

/// <summary>How a message reaches a run that is at work.</summary>
[JsonConverter(typeof(SnakeCaseEnum<MessageDelivery>))]
[Alias("message-delivery")]
public enum MessageDelivery
{
    /// <summary>The next model call sees it; what is open goes on.</summary>
    Steer,

    /// <summary>The open model call is cut, what it said so far is kept, and the next one sees both.</summary>
    Interrupt,
}

/// <summary>What is known of a failed call's effect.</summary>
[JsonConverter(typeof(SnakeCaseEnum<ToolOutcome>))]
public enum ToolOutcome
{
    /// <summary>The tool itself reported the failure, or was never dispatched with these arguments.</summary>
    Failed,

    /// <summary>It was never dispatched.</summary>
    NotStarted,

    /// <summary>It was cut; harmless, because the tool may be repeated.</summary>
    Interrupted,

    /// <summary>It may or may not have taken effect.</summary>
    Unknown,
}

/// <summary>What a tool's check finds of a call of unknown outcome.</summary>
[JsonConverter(typeof(SnakeCaseEnum<CheckFinding>))]
public enum CheckFinding
{
    /// <summary>The call took effect.</summary>
    Done,

    /// <summary>It did not.</summary>
    NotDone,

    /// <summary>The check cannot tell, or failed.</summary>
    Unknown,

    /// <summary>The check was cut; it is asked again.</summary>
    Interrupted,
}

/// <summary>What a person says of a call of unknown outcome.</summary>
[JsonConverter(typeof(SnakeCaseEnum<CallDecision>))]
[Alias("call-decision")]
public enum CallDecision
{
    /// <summary>Call again with the same idempotency key.</summary>
    Retry,

    /// <summary>Go on as if it were done; the model gets the given result, or is told that the outcome is unknown.</summary>
    Skip,

    /// <summary>Count it as failed; the model is told so.</summary>
    Fail,
}

/// <summary>A person's judgement of an answer.</summary>
[JsonConverter(typeof(SnakeCaseEnum<FeedbackValue>))]
[Alias("feedback-value")]
public enum FeedbackValue
{
    Up,
    Down,

    /// <summary>An earlier judgement is taken back.</summary>
    None,
}
