using OrleansAgents.Agents.Settings;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents;

/// <summary>What follows when nobody knows whether an at-most-once call took effect: its process died, or it did not end in time.</summary>
public sealed record OnUnknown
{
    private OnUnknown(UnknownRule rule, Delegate? method = null) => (Rule, Method) = (rule, method);

    /// <summary>A person says retry, skip or fail. The default.</summary>
    public static OnUnknown Ask { get; } = new(UnknownRule.Ask);

    /// <summary>It is called again with the same idempotency key, once the first call's timeout has passed. It may then happen twice.</summary>
    public static OnUnknown Retry { get; } = new(UnknownRule.Retry);

    /// <summary>It counts as failed, and the model is told that its outcome is unknown.</summary>
    public static OnUnknown Fail { get; } = new(UnknownRule.Fail);

    internal UnknownRule Rule { get; }

    internal Delegate? Method { get; }

    /// <summary>The outside system is asked; a person only if it cannot tell.</summary>
    /// <param name="method">
    /// Gives an <see cref="CallEffect"/>, or a task of one, and is bound like the tool: arguments by name, services, <see cref="ToolCall"/> with the
    /// idempotency key. It must change nothing: it is asked again after a crash, and once more when it says <see cref="CallEffect.NotDone"/> before the
    /// call's timeout has passed. One that throws cannot tell.
    /// </param>
    public static OnUnknown Check(Delegate method)
    {
        ArgumentNullException.ThrowIfNull(method);
        var type = method.Method.ReturnType;
        return type == typeof(CallEffect) || type == typeof(Task<CallEffect>) || type == typeof(ValueTask<CallEffect>)
            ? new(UnknownRule.Check, method)
            : throw new InvalidSettingException($"The check {method.Method.Name} gives {type.Name}; let it return CallEffect or Task<CallEffect>.");
    }
}

/// <summary>What a check found out about a call.</summary>
public sealed class CallEffect
{
    private CallEffect(CheckFinding finding, object? result = null) => (Finding, Result) = (finding, result);

    /// <summary>It did not happen, and is called again with its key.</summary>
    public static CallEffect NotDone { get; } = new(CheckFinding.NotDone);

    /// <summary>The outside system cannot tell; a person is asked.</summary>
    public static CallEffect Unknown { get; } = new(CheckFinding.Unknown);

    internal CheckFinding Finding { get; }

    internal object? Result { get; }

    /// <summary>It happened.</summary>
    /// <param name="result">What the model is told that the call returned.</param>
    public static CallEffect Done(object? result = null) => new(CheckFinding.Done, result ?? "done");
}
