using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace OrleansAgents.Benchmarks.Live;

/// <summary>One streamed answer of <see cref="PacedModel"/>. Its tokens are sent by one thread at a time.</summary>
internal sealed class PacedAnswer(Socket socket, int tokens, int perSecond)
{
    /// <summary>Digits of a token; a space follows.</summary>
    public const int Digits = 18;

    private const string Template =
        """data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"paced","choices":[{"index":0,"delta":{"content":"000000000000000000 "},"finish_reason":null}]}""";

    private static readonly byte[] Head = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");

    private static readonly byte[] End = [
        .. Chunk("""data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"paced","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"""),
        .. Chunk("data: [DONE]"), .. "0\r\n\r\n"u8,
    ];

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _token = Chunk(Template);
    private readonly long _interval = perSecond == 0 ? 0 : Stopwatch.Frequency / perSecond;
    private long _next;
    private int _left = tokens;

    /// <summary>All was sent, or nobody listens any more.</summary>
    public Task Ended => _ended.Task;

    /// <param name="phase">Part of the interval to wait first, so that many answers do not speak in step.</param>
    public void Begin(double phase)
    {
        socket.Send(Head);
        _next = Stopwatch.GetTimestamp() + (long)(phase * _interval);
    }

    /// <summary>Sends every token whose time has come. True when the answer has ended.</summary>
    public bool SpeakIfDue()
    {
        if (_ended.Task.IsCompleted)
        {
            return true;
        }

        try
        {
            while (_left > 0 && Stopwatch.GetTimestamp() >= _next)
            {
                var at = _token.AsSpan().IndexOf("\"content\":\""u8) + 11;
                Stopwatch.GetTimestamp().TryFormat(_token.AsSpan(at), out _, "D18");
                socket.Send(_token);
                _next += _interval;
                _left--;
            }

            if (_left > 0)
            {
                return false;
            }

            socket.Send(End);
        }
        catch (SocketException)
        {
            // Cut by whoever asked.
        }

        return _ended.TrySetResult();
    }

    private static byte[] Chunk(string line) => Encoding.ASCII.GetBytes($"{line.Length + 2:x}\r\n{line}\n\n\r\n");
}
