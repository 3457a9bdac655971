using System.Net.Sockets;

namespace OrleansAgents.Testing.Viewers;

/// <summary>A client that reads 4 KiB, and from there on a byte a second until it wakes up.</summary>
internal static class SlowClient
{
    public static HttpClient Create(Task awake) => new(new SocketsHttpHandler
    {
        ResponseDrainTimeout = TimeSpan.Zero,
        ConnectCallback = async (context, cancellation) =>
        {
            // A large buffer of the system's would hide how slow it is.
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new SlowStream(socket, awake);
        },
    });

    private sealed class SlowStream(Socket socket, Task awake) : NetworkStream(socket, ownsSocket: true)
    {
        private int _quick = 4096;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_quick <= 0 && !awake.IsCompleted)
            {
                await Task.WhenAny(awake, Task.Delay(TimeSpan.FromSeconds(1), cancellationToken));
                return await base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
            }

            var count = await base.ReadAsync(buffer, cancellationToken);
            _quick -= count;
            return count;
        }
    }
}
