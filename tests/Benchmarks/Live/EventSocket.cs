using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansAgents.Benchmarks.Live;

/// <summary>Takes the data of one server-sent event.</summary>
internal delegate void EventData(ReadOnlySpan<byte> data);

/// <summary>Reads event streams from a bare connection, one after another: 10,000 of it must fit beside what they measure.</summary>
internal sealed class EventSocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer;
    private readonly ArrayBufferWriter<byte> _frame = new(32);
    private readonly ArrayBufferWriter<byte> _line = new(32);
    private bool _headers;
    private int _chunk;
    private bool _last;
    private bool _ended;

    private EventSocket(int buffer) => _buffer = new byte[buffer];

    public static async Task<EventSocket> ConnectAsync(Uri address, int buffer = 8192)
    {
        var connection = new EventSocket(buffer);
        await connection._socket.ConnectAsync(IPAddress.Loopback, address.Port);
        return connection;
    }

    public ValueTask GetAsync(string path) => SendAsync($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n");

    public ValueTask PostAsync(string path, string json) => SendAsync(
        $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}");

    /// <summary>Reads one response to its end; a connection that is cut is an error.</summary>
    public async Task ReadAsync(EventData take)
    {
        for (var length = 0; !_ended; Take(_buffer.AsSpan(0, length), take))
        {
            length = await _socket.ReceiveAsync(_buffer);
            if (length == 0)
            {
                throw new IOException("The stream was cut.");
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private async ValueTask SendAsync(string request)
    {
        (_headers, _chunk, _last, _ended) = (true, 0, false, false);
        await _socket.SendAsync(Encoding.ASCII.GetBytes(request));
    }

    /// <summary>Headers, then chunks: a line with its size, its bytes, an empty line.</summary>
    private void Take(ReadOnlySpan<byte> bytes, EventData take)
    {
        while (bytes.Length > 0)
        {
            if (_chunk > 0)
            {
                var body = bytes[..Math.Min(_chunk, bytes.Length)];
                _chunk -= body.Length;
                bytes = bytes[body.Length..];
                Lines(body, take);
            }
            else if (Next(_frame, ref bytes, out var line))
            {
                Frame(line.TrimEnd((byte)'\r'));
                _frame.ResetWrittenCount();
            }
        }
    }

    private void Frame(ReadOnlySpan<byte> line)
    {
        if (_headers)
        {
            _headers = line.Length > 0;
            if (line.StartsWith("HTTP/"u8) && !line[9..].StartsWith("200"u8))
            {
                throw new IOException(Encoding.ASCII.GetString(line));
            }
        }
        else if (line.Length > 0)
        {
            _chunk = Convert.ToInt32(Encoding.ASCII.GetString(line), 16);
            _last = _chunk == 0;
        }
        else
        {
            _ended = _last;
        }
    }

    private void Lines(ReadOnlySpan<byte> body, EventData take)
    {
        while (body.Length > 0 && Next(_line, ref body, out var line))
        {
            if (line.StartsWith("data: "u8))
            {
                take(line[6..]);
            }

            _line.ResetWrittenCount();
        }
    }

    /// <summary>The next whole line, taken off the front; what is not whole yet is kept.</summary>
    private static bool Next(ArrayBufferWriter<byte> kept, ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> line)
    {
        var end = bytes.IndexOf((byte)'\n');
        line = end < 0 ? bytes : bytes[..end];
        bytes = end < 0 ? [] : bytes[(end + 1)..];
        if (end < 0 || kept.WrittenCount > 0)
        {
            kept.Write(line);
            line = kept.WrittenSpan;
        }

        return end >= 0;
    }
}
