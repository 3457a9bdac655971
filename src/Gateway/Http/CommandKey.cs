using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Http;

/// <summary>The client's key for a command, under which repeating it has one effect.</summary>
internal static class CommandKey
{
    public const string Header = "Idempotency-Key";

    /// <summary>1 to 128 visible ASCII characters, or null where the client sent none.</summary>
    public static string? Of(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Header, out var values))
        {
            return null;
        }

        return values is [{ } key] && IsKey(key) ? key : throw Invalid(Header);
    }

    /// <summary>The command id that a client gave outside of headers, or a random one.</summary>
    public static string Checked(string? commandId) =>
        commandId is null ? JournalIds.NewCommand() : IsKey(commandId) ? commandId : throw Invalid("commandId");

    private static bool IsKey(string key) => key.Length is > 0 and <= 128 && key.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;

    private static ProblemException Invalid(string field) =>
        ProblemException.Invalid("invalid_idempotency_key", field, "A key has 1 to 128 visible ASCII characters.");

    /// <summary>What a command to an existing run carries.</summary>
    public static CommandMeta MetaOf<T>(HttpRequest request, Principal principal, string command, string runId, T parsed) =>
        new(Of(request) ?? JournalIds.NewCommand(), RequestHash.Of(command, runId, parsed), principal);
}
