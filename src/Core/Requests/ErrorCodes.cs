namespace OrleansAgents.Core.Requests;

/// <summary>Codes that the core itself writes into events, or reads there.</summary>
internal static class ErrorCodes
{
    /// <summary>The owner died; counted by quarantine.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>The owner stopped in order.</summary>
    public const string HandedBack = "handed_back";

    /// <summary>The run's budget ended before an answer began.</summary>
    public const string Budget = "budget";
    public const string Superseded = "superseded";
    public const string Paused = "paused";
    public const string Cancelled = "cancelled";
    public const string NotStarted = "not_started";
    public const string InvalidCall = "invalid_tool_call";
    public const string InvalidCalls = "invalid_tool_calls";
    public const string InvalidOutput = "invalid_output";
    public const string CancelTimeout = "cancel_timeout";

    /// <summary>A fault of this service, not of the model or the tool.</summary>
    public const string Internal = "internal_error";
    public const string Unrecordable = "unrecordable";
}
