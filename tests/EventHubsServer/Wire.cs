using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Amqp;

namespace OrleansAgents.EventHubsServer;

/// <summary>Accepts TCP connections on loopback and hands them to the AMQP library. All bytes, in and out, pass the gate.</summary>
/// <remarks>The library's own listener can neither tell which free port it took nor stop reading.</remarks>
internal sealed class Wire : TransportProvider
{
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<WireConnection, bool> _connections = new();
    private readonly TcpListener _listener;

    public Wire(int port, Gate gate)
    {
        Gate = gate;
        _listener = new(IPAddress.Loopback, port);
        _listener.Start();
        AddressSchemes = ["amqp"];
    }

    public Gate Gate { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public override async Task<IAsyncTransport> CreateAsync(Address address)
    {
        try
        {
            var connection = new WireConnection(await _listener.AcceptSocketAsync(_end.Token), this);
            _connections.TryAdd(connection, true);
            await Gate.PassAsync();
            return connection;
        }
        catch (Exception) when (_end.IsCancellationRequested)
        {
            // The library calls again at once, for ever, whatever is thrown after the end.
            return await new TaskCompletionSource<IAsyncTransport>().Task;
        }
    }

    /// <summary>Resets every connection, as a network failure does: no AMQP frame is sent.</summary>
    public void Cut()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Reset();
        }
    }

    public void Forget(WireConnection connection) => _connections.TryRemove(connection, out _);

    public override void Dispose()
    {
        base.Dispose();
        _end.Cancel();
        _listener.Dispose();
    }
}
