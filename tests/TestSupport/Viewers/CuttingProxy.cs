using System.Net;
using System.Net.Sockets;

namespace OrleansAgents.Testing.Viewers;

/// <summary>One viewer's way to a server, on which every connection breaks inside the second event that it carries.</summary>
/// <remarks>
/// A client may throw away what it has received but not handled, and SignalR sends several items as one message: while nothing
/// was seen, the next connection carries one event more.
/// </remarks>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private static readonly byte[] Marker = "\"data\":{"u8.ToArray();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private int _whole = 1;
    private volatile bool _seen;
    private readonly Uri _server;
    private readonly Task _accepting;

    public CuttingProxy(Uri server)
    {
        _server = server;
        _listener.Start();
        Address = new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>The viewer has seen an event.</summary>
    public void Seen() => _seen = true;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var carried = new List<Task>();
        try
        {
            while (true)
            {
                carried.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(carried);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(_server.Host, _server.Port, _end.Token);
            var (near, far) = (client.GetStream(), server.GetStream());
            await Task.WhenAny(near.CopyToAsync(far, _end.Token), CarryDownAsync(far, near));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // Either side has left.
        }
    }

    private async Task CarryDownAsync(NetworkStream far, NetworkStream near)
    {
        var (buffer, matched, events) = (new byte[16 * 1024], 0, 0);
        while (await far.ReadAsync(buffer, _end.Token) is > 0 and var count)
        {
            for (var i = 0; i < count; i++)
            {
                matched = buffer[i] == Marker[matched] ? matched + 1 : buffer[i] == Marker[0] ? 1 : 0;
                if (matched == Marker.Length && (matched = 0) == 0 && ++events > _whole)
                {
                    await near.WriteAsync(buffer.AsMemory(0, i + 1), _end.Token);
                    (_whole, _seen) = (_seen ? 1 : _whole + 1, false);
                    return;
                }
            }

            await near.WriteAsync(buffer.AsMemory(0, count), _end.Token);
        }
    }
}
