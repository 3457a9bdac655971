using System.Text.Json;
using OrleansAgents.Client.Streams;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Threads;

namespace OrleansAgents.Gateway.Http;

/// <summary>Reads query parameters, each with the code of its refusal.</summary>
internal static class Query
{
    private const int MaxLimit = 500;
    private const int DefaultLimit = 50;
    private const int MaxQuery = 200;

    public static int Limit(HttpRequest request) => request.Query["limit"] switch
    {
        [] => DefaultLimit,
        [var text] when Number(text, out var limit) && limit is >= 1 and <= MaxLimit => limit,
        _ => throw ProblemException.Invalid("invalid_limit", "limit", $"A limit is a whole number from 1 to {MaxLimit}."),
    };

    /// <summary>A seq, step or turn after which a page begins.</summary>
    public static int After(HttpRequest request) => request.Query["after"] switch
    {
        [] => 0,
        [var text] when Number(text, out var after) => after,
        _ => throw ProblemException.Invalid("invalid_cursor", "after", $"A page begins after a whole number from 0 to {Cursor.MaxNumber}."),
    };

    /// <summary>A version of a memory; null for the present one.</summary>
    public static int? Version(HttpRequest request) => Text(request, "version") switch
    {
        null => null,
        var text when Number(text, out var version) => version,
        _ => throw ProblemException.Invalid(ProblemCodes.InvalidVersion, "version", "A version is a whole number, 0 or more."),
    };

    public static RunListFilter Filter(HttpRequest request) => new(
        Text(request, "threadId"), Text(request, "agent"), Status(request), Text(request, "cursor"), Limit(request));

    /// <summary>A list leaves archived threads out unless they are asked for; a search finds them too.</summary>
    public static ThreadListFilter Threads(HttpRequest request)
    {
        var query = Text(request, "q");
        if (query?.Length > MaxQuery)
        {
            throw ProblemException.Invalid("invalid_request", "q", $"A search has {MaxQuery} characters at most.");
        }

        // A hit has a text that it was found by, so that fewer of them make a page.
        return new(Text(request, "cursor"), query is null ? Limit(request) : Math.Min(Limit(request), DefaultLimit), FlagOrNull(request, "pinned"), FlagOrNull(request, "archived") ?? (query is null ? false : null), query);
    }

    private static RunStatus? Status(HttpRequest request)
    {
        var text = Text(request, "status");
        var words = Enum.GetValues<RunStatus>().ToDictionary(s => JsonNamingPolicy.SnakeCaseLower.ConvertName(s.ToString()));
        return text is null ? null
            : words.TryGetValue(text, out var status) ? status
            : throw ProblemException.Invalid("invalid_status", "status", $"A status is one of {string.Join(", ", words.Keys)}.");
    }

    public static bool Flag(HttpRequest request, string name) => FlagOrNull(request, name) ?? false;

    private static bool? FlagOrNull(HttpRequest request, string name) => Text(request, name) switch
    {
        null => null,
        "false" => false,
        "true" => true,
        _ => throw ProblemException.Invalid("invalid_request", name, $"{name} is true or false."),
    };

    public static string? Text(HttpRequest request, string name) => request.Query[name] switch
    {
        [] or [null or ""] => null,
        [var text] => text,
        _ => throw ProblemException.Invalid("invalid_request", name, $"{name} is given twice."),
    };

    private static bool Number(string? text, out int value) => Cursor.Number(text, out value);
}
