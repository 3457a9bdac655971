using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using OrleansAgents.Events;

namespace OrleansAgents.Testing.Viewers;

/// <summary>The ways to watch.</summary>
internal static class Watches
{
    // Who leaves is gone at once, and does not read on for a while.
    private static readonly HttpClient Client = new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(30) };

    public static IAsyncEnumerable<Told> Sse(Uri server, string journalId, string? cursor, CancellationToken cancellation) =>
        Sse(Client, server, journalId, cursor, cancellation);

    public static async IAsyncEnumerable<Told> Sse(
        HttpClient client, Uri server, string journalId, string? cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var kind = JournalIds.IsThread(journalId) ? "threads" : "runs";
        using var reader = await SseReader.OpenAsync(client, new Uri(server, $"/v1/{kind}/{journalId}/events").ToString(), cursor);
        reader.Response.EnsureSuccessStatusCode();
        while (await reader.NextAsync().WaitAsync(cancellation) is { } e)
        {
            yield return new(e.Id!, e.Json);
        }
    }

    public static async IAsyncEnumerable<Told> Hub(
        Uri server, string journalId, string? cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var hub = new HubConnectionBuilder().WithUrl(new Uri(server, "/hubs/runs")).Build();
        await hub.StartAsync(cancellation);
        var method = JournalIds.IsThread(journalId) ? "WatchThread" : "Watch";
        await foreach (var item in hub.StreamAsync<JsonElement>(method, journalId, cursor, cancellation))
        {
            if (item.TryGetProperty("problem", out var problem))
            {
                throw new IOException(problem.GetRawText());
            }

            yield return new(item.GetProperty("cursor").GetString()!, item.GetProperty("event"));
        }
    }
}
