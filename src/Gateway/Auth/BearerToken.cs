namespace OrleansAgents.Gateway.Auth;

/// <summary>Where a request has its key or token.</summary>
internal static class BearerToken
{
    /// <summary>Browsers cannot set a header on a WebSocket; for the hub, and for nothing else, a ticket may be in the query.</summary>
    public const string QueryName = "access_token";

    private const string Scheme = "Bearer ";
    private static readonly PathString Hub = "/hubs/runs";

    public static string? Of(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim()
            : context.Items.TryGetValue(QueryName, out var token) ? (string?)token
            : null;
    }

    /// <summary>Takes whatever secret there is out of the query before anything that comes later could write it down; only a ticket counts.</summary>
    public static Task TakeFromQueryAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.Query.TryGetValue(QueryName, out var token))
        {
            if (IsTicket(token.ToString(), request.Path))
            {
                context.Items[QueryName] = token.ToString();
            }

            request.QueryString = QueryString.Create(request.Query.Where(q => q.Key != QueryName));
        }

        return next(context);
    }

    /// <summary>Whether this is a ticket, and at the only place where it opens something.</summary>
    public static bool IsTicket(string? token, PathString path) =>
        token?.StartsWith(HubTickets.Prefix, StringComparison.Ordinal) == true && path.StartsWithSegments(Hub, StringComparison.OrdinalIgnoreCase);

    /// <summary>The host writes down whole addresses before a request reaches us, so its lines are not written at all.</summary>
    public static void KeepOutOfLogs(LoggerFilterOptions options) =>
        options.Rules.Add(new(null, "Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning, null));
}
