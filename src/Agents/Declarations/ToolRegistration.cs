using OrleansAgents.Runs;

namespace OrleansAgents.Agents.Declarations;

/// <summary>A C# method that agents may call.</summary>
/// <param name="Method">Its description and its parameters' are what the model reads.</param>
/// <param name="Name">Letters, digits, <c>_</c> and <c>-</c>, at most 64.</param>
internal sealed record ToolRegistration(Delegate Method, string Name)
{
    public const int DefaultOutputCap = 256 * 1024;
    public const int DefaultTimeoutSeconds = 60;
    public const int DefaultRetries = 2;

    /// <summary>The method's own <c>[Description]</c> or XML summary where null.</summary>
    public string? Description { get; init; }

    /// <summary>Undeclared means <see cref="ToolEffect.AtMostOnce"/>, with one line in the log.</summary>
    public ToolEffect? Effect { get; init; }

    /// <summary>1 to 86,400.</summary>
    public int TimeoutSeconds { get; init; } = DefaultTimeoutSeconds;

    /// <summary>Further attempts after a timeout of a repeatable tool, 0 to 10.</summary>
    public int Retries { get; init; } = DefaultRetries;

    /// <summary>Which calls wait for a person; none where null.</summary>
    public Func<ToolArguments, bool>? NeedsApproval { get; init; }

    /// <summary>What follows when nobody knows whether a call took effect.</summary>
    public OnUnknown OnUnknown { get; init; } = OnUnknown.Ask;

    /// <summary>The largest result in UTF-8 bytes; a longer one is cut, and says so.</summary>
    public int OutputCap { get; init; } = DefaultOutputCap;
}
