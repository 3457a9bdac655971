using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Runs;

namespace OrleansAgents;

/// <summary>Declares how a tool may be called.</summary>
public sealed partial class ToolBuilder
{
    private ToolRegistration _tool;

    internal ToolBuilder(Delegate method) => _tool = new(method, NameOf(method));

    /// <summary>What the model calls it: letters, digits, <c>_</c> and <c>-</c>, at most 64. Default: the method's name in snake_case, without <c>Async</c>.</summary>
    public ToolBuilder Name(string name) => With(_tool with { Name = name });

    /// <summary>What the model reads of it. Default: the method's <c>[Description]</c> or its XML summary.</summary>
    public ToolBuilder Description(string text) => With(_tool with { Description = text });

    /// <summary>It changes nothing, and is repeated freely.</summary>
    public ToolBuilder ReadOnly() => With(_tool with { Effect = ToolEffect.ReadOnly });

    /// <summary>The same <see cref="ToolCall.IdempotencyKey"/> has the same effect: it is repeated with its key.</summary>
    public ToolBuilder Idempotent() => With(_tool with { Effect = ToolEffect.Idempotent });

    /// <summary>It must not happen twice: a crash in the middle of a call ends in a person's decision.</summary>
    public ToolBuilder AtMostOnce() => With(_tool with { Effect = ToolEffect.AtMostOnce });

    /// <summary>What follows when the outcome of an at-most-once call is unknown. Default <see cref="OrleansAgents.OnUnknown.Ask"/>.</summary>
    public ToolBuilder OnUnknown(OnUnknown rule) => With(_tool with { OnUnknown = rule });

    /// <summary>Seconds after which a call is given up, 1 to 86,400. Default 60. What comes later is recorded, never applied.</summary>
    public ToolBuilder Timeout(int seconds) => With(_tool with { TimeoutSeconds = seconds });

    /// <summary>Further attempts after a timeout of a repeatable tool, 0 to 10. Default 2.</summary>
    public ToolBuilder Retries(int count) => With(_tool with { Retries = count });

    /// <summary>The largest result in UTF-8 bytes; a longer one is cut, and says so. Default 256 KiB.</summary>
    public ToolBuilder OutputCap(int bytes) => With(_tool with { OutputCap = bytes });

    /// <summary>Every call waits until a person agrees.</summary>
    public ToolBuilder NeedsApproval() => NeedsApproval(static _ => true);

    /// <summary>A call waits until a person agrees, when its arguments ask for it.</summary>
    /// <param name="when">Pure. One that throws counts as yes. A stricter rule holds at once, also for runs that are under way.</param>
    public ToolBuilder NeedsApproval(Func<ToolArguments, bool> when) => With(_tool with { NeedsApproval = when });

    internal ToolRegistration Build() => _tool.Name.Length > 0 ? _tool : throw new InvalidSettingException(
        "A tool made of a lambda has no name; give it one with .Name(\"…\").");

    private ToolBuilder With(ToolRegistration tool)
    {
        _tool = tool;
        return this;
    }

    /// <summary>Empty for a lambda. A local function keeps the name that it has in the source.</summary>
    private static string NameOf(Delegate method)
    {
        var name = method.Method.Name;
        if (name.Contains('<', StringComparison.Ordinal))
        {
            name = LocalFunction().Match(name).Groups["name"].Value;
        }

        return JsonNamingPolicy.SnakeCaseLower.ConvertName(name.EndsWith("Async", StringComparison.Ordinal) ? name[..^5] : name);
    }

    [GeneratedRegex(@"g__(?<name>\w+)\|")]
    private static partial Regex LocalFunction();
}
