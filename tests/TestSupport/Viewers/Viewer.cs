using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

namespace OrleansAgents.Testing.Viewers;

/// <summary>An event with the cursor of whoever has seen it.</summary>
internal sealed record Told(string Cursor, JsonElement Event);

/// <summary>Watches a run or thread from a cursor, over one connection.</summary>
internal delegate IAsyncEnumerable<Told> Watch(Uri server, string journalId, string? cursor, CancellationToken cancellation);

/// <summary>A client that goes on from its cursor whenever its connection is gone.</summary>
/// <param name="server">Where the next connection leads.</param>
internal sealed class Viewer(Watch watch, string journalId, Func<Uri> server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Transcript Transcript { get; } = new();

    public int Connections { get; private set; }

    /// <summary>Connections that were cut, not left.</summary>
    public int Cut { get; private set; }

    /// <summary>Called with every event; false leaves the connection behind it.</summary>
    public Func<Told, bool> Stays { get; init; } = _ => true;

    /// <summary>Waits for all; a failure tells how far each of those came that failed.</summary>
    public static async Task<Viewer[]> AllAsync(IEnumerable<Task<Viewer>> viewers)
    {
        var all = Task.WhenAll(viewers);
        await ((Task)all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return all.IsCompletedSuccessfully ? all.Result : throw all.Exception!;
    }

    /// <summary>Watches until an event of this type.</summary>
    public async Task<Viewer> UntilAsync(string type)
    {
        using var patience = new CancellationTokenSource(Patience);
        Exception? reason = null;
        try
        {
            while (!await ConnectAsync(type, e => reason = e, patience.Token))
            {
                patience.Token.ThrowIfCancellationRequested();
            }

            return this;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(
                $"Waited {Patience.TotalSeconds} s for {type}; after {Connections} connections the cursor is {Transcript.Cursor}.", reason);
        }
    }

    private async Task<bool> ConnectAsync(string type, Action<Exception> cut, CancellationToken cancellation)
    {
        var before = Transcript.Cursor;
        try
        {
            Connections++;
            await foreach (var told in watch(server(), journalId, before, cancellation))
            {
                Transcript.Take(told);
                var stays = Stays(told);
                if (told.Event.GetProperty("type").GetString() == type)
                {
                    return true;
                }

                if (!stays)
                {
                    return false;
                }
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or WebSocketException or HubException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            Cut++;
            cut(e);
        }

        if (Transcript.Cursor == before)
        {
            // The server is away; asking it in a tight loop brings it back no sooner.
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        }

        return false;
    }
}
