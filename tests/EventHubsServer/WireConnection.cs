using System.Buffers;
using System.Net.Sockets;
using Amqp;

namespace OrleansAgents.EventHubsServer;

/// <summary>One TCP connection of a client.</summary>
internal sealed class WireConnection : IAsyncTransport
{
    private readonly Wire _wire;
    private readonly Socket _socket;

    /// <summary>The library reads a frame in two steps, its length first.</summary>
    private readonly byte[] _received = new byte[64 * 1024];
    private Memory<byte> _unread;
    private volatile bool _closed;

    public WireConnection(Socket socket, Wire wire)
    {
        (_socket, _wire) = (socket, wire);
        socket.NoDelay = true;
    }

    public async Task<int> ReceiveAsync(byte[] buffer, int offset, int count)
    {
        if (_unread.IsEmpty)
        {
            _unread = _received.AsMemory(0, await _socket.ReceiveAsync(_received.AsMemory()));
        }

        // After the read: bytes that arrive while the gate is closed must not be handled either.
        await _wire.Gate.PassAsync();
        ObjectDisposedException.ThrowIf(_closed, this);
        var taken = _unread[..Math.Min(count, _unread.Length)];
        taken.CopyTo(buffer.AsMemory(offset));
        _unread = _unread[taken.Length..];
        return taken.Length;
    }

    public async Task SendAsync(IList<ByteBuffer> bufferList, int listSize)
    {
        await _wire.Gate.PassAsync();
        var bytes = ArrayPool<byte>.Shared.Rent(listSize);
        try
        {
            var length = 0;
            foreach (var buffer in bufferList)
            {
                Buffer.BlockCopy(buffer.Buffer, buffer.Offset, bytes, length, buffer.Length);
                length += buffer.Length;
            }

            for (var sent = 0; sent < length;)
            {
                sent += await _socket.SendAsync(bytes.AsMemory(sent, length - sent));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>The library negotiates SASL with it.</summary>
    public void Send(ByteBuffer buffer) => _socket.Send(buffer.Buffer, buffer.Offset, buffer.Length, SocketFlags.None);

    public int Receive(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public void SetConnection(Connection connection)
    {
    }

    /// <summary>Closes with a TCP reset; bytes that were not sent are lost.</summary>
    public void Reset()
    {
        try
        {
            _socket.LingerState = new(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client was faster.
        }

        Close();
    }

    public void Close()
    {
        _closed = true;
        _wire.Forget(this);
        _socket.Dispose();
    }
}
