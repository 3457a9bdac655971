using System.Text.Json;
using OrleansAgents.Testing;

namespace OrleansAgents.SiloProgram;

/// <summary>One line to the program.</summary>
/// <param name="Op"><c>start pause resume cancel resolve delete</c> are commands; <c>look record arm release</c> are not.</param>
/// <param name="Number">With <c>look</c> the head already seen, with <c>arm</c> the write point at which to crash.</param>
internal sealed record Ask(
    string Op, string Run, string? CommandId = null, string? Value = null, string? CallId = null, long Number = 0)
{
    /// <summary>Comes back with the answer, so that many can be under way.</summary>
    public long No { get; init; }
}

/// <summary>One line from the program.</summary>
/// <param name="Seq">With a receipt, its seq.</param>
/// <param name="Status">With a receipt, its status.</param>
/// <param name="Problem">A code, when it was refused.</param>
/// <param name="Crashed">Whether the crash that was armed last has happened.</param>
internal sealed record Told(
    long No, string? Status = null, long Seq = 0, string? Problem = null, Look? Look = null, RunRecord? Record = null, bool Crashed = false);

/// <summary>A run as seen from outside.</summary>
internal sealed record Look(
    string Status, string? Reason, long Head, int Step, bool Ended, IReadOnlyList<PendingDecision> Pending, string? Why);

internal sealed record PendingDecision(string CallId, DateTimeOffset RetryFrom);

internal static class Wire
{
    public static string Line<T>(T value) => JsonSerializer.Serialize(value);

    public static T Read<T>(string line) => JsonSerializer.Deserialize<T>(line)!;
}
