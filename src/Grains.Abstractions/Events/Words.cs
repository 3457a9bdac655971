using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansAgents.Events;

/// <summary>Enums are snake_case words on the wire; numbers are refused.</summary>
public sealed class SnakeCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>Where a run stands.</summary>
[JsonConverter(typeof(SnakeCaseEnum<RunStatus>))]
[Alias("run-status")]
public enum RunStatus
{
    /// <summary>Accepted, not yet started.</summary>
    Queued,

    /// <summary>A call is in flight or about to be.</summary>
    Running,

    /// <summary>It goes on at a time or when somebody answers; the reason says which.</summary>
    Waiting,

    /// <summary>It goes on only when told to.</summary>
    Paused,

    /// <summary>Ended with an answer.</summary>
    Completed,

    /// <summary>Ended without one.</summary>
    Failed,

    /// <summary>Ended by a cancel.</summary>
    Cancelled,
}

/// <summary>Why a run waits.</summary>
public static class WaitReason
{
    public const string Decision = "decision";
    public const string Timer = "timer";
    public const string Retry = "retry";
    public const string Provider = "provider";

    /// <summary>Those that a person or a client ends, and no time.</summary>
    public static IReadOnlyList<string> Pending { get; } = [Decision];
}

/// <summary>Why a run is paused.</summary>
public static class PauseReason
{
    public const string User = "user";
    public const string Budget = "budget";
    public const string Quarantined = "quarantined";
    public const string Corrupt = "corrupt";
    public const string NewerBuild = "newer_build";

    /// <summary>Its model gave three answers or faults in a row that waiting cannot mend.</summary>
    public const string Provider = "provider";

    /// <summary>The store was restored from a backup, and what the run did after it is not known.</summary>
    public const string Restored = "restored";
}
