namespace OrleansAgents.Core.Runs;

/// <summary>Why a call does not start by itself today.</summary>
/// <param name="Why">The question to a person.</param>
/// <param name="Approvable">A person's yes is enough; otherwise the tool itself must change first.</param>
internal sealed record ToolHold(string Why, bool Approvable);

/// <summary>What follows when nobody knows whether a call took effect.</summary>
internal enum UnknownRule
{
    /// <summary>A person is asked.</summary>
    Ask,

    /// <summary>It is called again with its key, once the first call can no longer be at work.</summary>
    Retry,

    /// <summary>It counts as failed.</summary>
    Fail,

    /// <summary>The tool's check is asked; a person only if that cannot tell.</summary>
    Check,
}
