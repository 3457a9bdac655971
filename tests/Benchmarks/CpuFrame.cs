namespace OrleansAgents.Benchmarks;

/// <summary>One frame of a stack.</summary>
/// <param name="Module">The assembly, the native library, or the name of a system call.</param>
/// <param name="Type">The .NET type; null for native code and for methods without a name.</param>
/// <param name="IsManaged">Whether it is a method of an assembly.</param>
internal sealed record CpuFrame(string Module, string? Type, bool IsManaged)
{
    private const string Ours = "OrleansAgents.";
    private const string SystemCall = "__x64_sys_";

    /// <summary>What everybody calls: a sample in it is its caller's.</summary>
    private static readonly string[] Base =
    [
        "System.Private.", "System.Runtime", "System.Collections", "System.Linq", "System.Threading", "System.Memory", "System.Text.", "System.IO.",
        "System.Net.Primitives", "System.Net.Sockets", "System.ObjectModel", "System.ComponentModel", "Microsoft.Extensions.Primitives",
    ];

    public bool IsOurs => Type?.StartsWith(Ours, StringComparison.Ordinal) == true;

    /// <summary>The kernel's entry of a system call: what is above it in the stack is its work.</summary>
    public bool IsSystemCall => Module.StartsWith(SystemCall, StringComparison.Ordinal);

    /// <summary>Managed code of ours or of a library.</summary>
    public bool IsLibrary => IsManaged && !Base.Any(b => Module.StartsWith(b, StringComparison.Ordinal));

    /// <summary>The assembly, or the namespace where it is ours.</summary>
    public string Library => IsOurs ? Type![..Type!.LastIndexOf('.')] : Module;

    /// <summary>Reads <c>7f12 void [Assembly] Namespace.Type+Nested::Method(…)[Tier] (/tmp/perf-1.map)</c>.</summary>
    public static CpuFrame Parse(string line)
    {
        var at = line.LastIndexOf(" (", StringComparison.Ordinal);
        var module = Path.GetFileName(line[(at + 2)..].TrimEnd(')')).Trim('[', ']');
        if (module.EndsWith(".dll", StringComparison.Ordinal))
        {
            return new(module[..^4], null, true);
        }

        if (!module.EndsWith(".map", StringComparison.Ordinal))
        {
            var symbol = line[(line.IndexOf(' ') + 1)..at];
            return new(symbol.StartsWith(SystemCall, StringComparison.Ordinal) ? symbol : module, null, false);
        }

        // The type that a method returns may name an assembly too.
        var end = line.IndexOf("::", StringComparison.Ordinal);
        var open = end < 0 ? -1 : line.LastIndexOf(" [", end, StringComparison.Ordinal);
        var close = open < 0 ? -1 : line.IndexOf("] ", open, StringComparison.Ordinal);
        return close > open + 2 && close < end
            ? new(line[(open + 2)..close], line[(close + 2)..end].Split('+', '`', '[')[0], true)
            : new("stubs", null, false);
    }
}
