namespace OrleansAgents.Agents.Models.Answers;

/// <summary>What a provider gives with an answer and wants back unchanged, such as encrypted reasoning. It is kept with the provider that it is for, and goes to nobody else.</summary>
internal static class Opaque
{
    /// <summary>Key of a call's data among its additional properties.</summary>
    public const string Key = "protected";

    /// <summary>How it is kept: a line for the provider, then the data.</summary>
    public static string? Keep(string origin, string? data) => data is null ? null : $"{origin}\n{data}";

    /// <summary>The data, for the provider that it came from; null for any other.</summary>
    public static string? For(string origin, string? kept) =>
        kept is not null && kept.Length > origin.Length && kept[origin.Length] == '\n' && kept.StartsWith(origin, StringComparison.Ordinal)
            ? kept[(origin.Length + 1)..]
            : null;
}
