using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansAgents.Benchmarks.Live;

/// <summary>A model over the real wire that says when it speaks: each token is the clock at the moment when it is sent.</summary>
/// <remarks>
/// The user's message is the script, as <see cref="Ask"/> writes it. Bare sockets and one thread that paces all answers: it must cost
/// little beside what is measured. Clients on this machine read the same clock, in <see cref="Stopwatch"/> ticks.
/// </remarks>
internal sealed partial class PacedModel : IDisposable
{
    public const string Path = "/v1/chat/completions";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<PacedAnswer> _speaking = [];
    private readonly List<PacedAnswer> _held = [];
    private readonly Lock _gate = new();
    private volatile bool _disposed;

    public PacedModel()
    {
        _listener.Start(1024);
        Endpoint = new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1");
        _ = AcceptAsync();
        new Thread(Pace) { IsBackground = true, Priority = ThreadPriority.AboveNormal }.Start();
    }

    public Uri Endpoint { get; }

    /// <summary>Answers that wait for <see cref="Release"/>.</summary>
    public int Held
    {
        get
        {
            lock (_gate)
            {
                return _held.Count;
            }
        }
    }

    /// <summary>The input that asks for so many tokens at such a pace; 0 for all at once.</summary>
    /// <param name="held">Not before <see cref="Release"/>.</param>
    public static string Ask(int tokens, int perSecond, bool held) => $"tokens={tokens} pace={perSecond} held={(held ? 1 : 0)}";

    /// <summary>What a client of the model itself sends.</summary>
    public static string Request(string input) => JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content = input } } });

    /// <summary>Lets all held answers begin, spread over one interval of their pace.</summary>
    public void Release()
    {
        lock (_gate)
        {
            for (var i = 0; i < _held.Count; i++)
            {
                _held[i].Begin((double)i / _held.Count);
            }

            _speaking.AddRange(_held);
            _held.Clear();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_disposed)
        {
            var socket = await _listener.AcceptSocketAsync();
            socket.NoDelay = true;
            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = socket;
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (await socket.ReceiveAsync(buffer.AsMemory(length)) is > 0 and var count)
        {
            length += count;
            var text = Encoding.UTF8.GetString(buffer, 0, length);
            if (text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is > 0 and var head
                && length >= head + 4 + int.Parse(Length().Match(text).Groups[1].Value)
                && Script().Match(text) is { Success: true } script)
            {
                length = 0;
                await AnswerAsync(socket, int.Parse(script.Groups[1].Value), int.Parse(script.Groups[2].Value), script.Groups[3].Value == "1");
            }
        }
    }

    private Task AnswerAsync(Socket socket, int tokens, int perSecond, bool held)
    {
        var answer = new PacedAnswer(socket, tokens, perSecond);
        if (!held)
        {
            answer.Begin(0);
            answer.SpeakIfDue();
        }

        lock (_gate)
        {
            (held ? _held : _speaking).Add(answer);
        }

        return answer.Ended;
    }

    private void Pace()
    {
        while (!_disposed)
        {
            lock (_gate)
            {
                _speaking.RemoveAll(a => a.SpeakIfDue());
            }

            Thread.Sleep(1);
        }
    }

    [GeneratedRegex("^content-length: *([0-9]+)", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Length();

    [GeneratedRegex("tokens=([0-9]+) pace=([0-9]+) held=([01])")]
    private static partial Regex Script();
}
