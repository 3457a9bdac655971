using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Auth;

/// <summary>Secrets that open the hub of this gateway once, soon: a browser's WebSocket has its secret in an address, which proxies write down.</summary>
/// <remarks>What is opened rests on the key or token that the ticket was given for, and ends with it. Thread-safe.</remarks>
internal sealed class HubTickets(TimeProvider time)
{
    public const string Prefix = "oht_";
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, Ticket> _given = new();
    private readonly ConcurrentQueue<Ticket> _oldestFirst = new();

    public static void Map(RouteGroupBuilder v1) =>
        v1.MapPost("/hub-ticket", (HttpContext c, HubTickets tickets) => Answer.JsonAsync(c, tickets.Give(Identity.Of(c.User)))).WithTags("Identity")
            .Describes<HubTicketView>("GetHubTicket", "Opens /hubs/runs once, within half a minute, as access_token in its query. Needs no role.");

    public HubTicketView Give(Identity who)
    {
        var now = time.GetUtcNow();
        while (_oldestFirst.TryPeek(out var oldest) && oldest.Until <= now && _oldestFirst.TryDequeue(out var over))
        {
            _given.TryRemove(over.Text, out _);
        }

        var ticket = new Ticket(Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)), who, now + Lasts);
        _given[ticket.Text] = ticket;
        _oldestFirst.Enqueue(ticket);
        return new(ticket.Text, ticket.Until);
    }

    /// <summary>Whose it is; null for one that was used, is too old or was never given.</summary>
    public Identity? Take(string text) => _given.TryRemove(text, out var ticket) && time.GetUtcNow() < ticket.Until ? ticket.Who : null;

    private sealed record Ticket(string Text, Identity Who, DateTimeOffset Until);
}

/// <param name="Ticket">To be sent once as <c>access_token</c>.</param>
internal sealed record HubTicketView(string Ticket, DateTimeOffset Until);
