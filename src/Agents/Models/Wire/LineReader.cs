using System.Buffers;
using System.Text.Json;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>Reads lines that end in LF, CR or CRLF, also the last one without an end. Not thread-safe.</summary>
/// <param name="most">The longest line in bytes.</param>
internal sealed class LineReader(Stream stream, int most) : IDisposable
{
    private const int FirstSize = 8 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
    private int _from, _searched, _to;
    private bool _isFirst = true, _skipsLf, _hasEnded;

    /// <summary>Without its end. Valid until the next read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    private static ReadOnlySpan<byte> Bom => [0xEF, 0xBB, 0xBF];

    /// <summary>False at the end of the stream.</summary>
    /// <exception cref="JsonException">The line is too long.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        while (!TryTake())
        {
            if (_hasEnded)
            {
                return TakeRest();
            }

            await FillAsync(cancellation);
        }

        return true;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        stream.Dispose();
    }

    private bool TryTake()
    {
        if (_skipsLf && _from < _to)
        {
            _from += _buffer[_from] == (byte)'\n' ? 1 : 0;
            _skipsLf = false;
        }

        _searched = Math.Max(_searched, _from);
        var at = _buffer.AsSpan(_searched, _to - _searched).IndexOfAny((byte)'\r', (byte)'\n');
        if (at < 0)
        {
            _searched = _to;
            return false;
        }

        at += _searched;
        _skipsLf = _buffer[at] == (byte)'\r';
        Take(at);
        _from = at + 1;
        return true;
    }

    private bool TakeRest()
    {
        if (_from == _to)
        {
            return false;
        }

        Take(_to);
        _from = _to;
        return true;
    }

    private void Take(int end)
    {
        var start = _from;
        if (_isFirst && _buffer.AsSpan(start, end - start).StartsWith(Bom))
        {
            start += Bom.Length;
        }

        _isFirst = false;
        Line = _buffer.AsMemory(start, end - start);
    }

    private async ValueTask FillAsync(CancellationToken cancellation)
    {
        if (_from > 0)
        {
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
            (_searched, _to, _from) = (_searched - _from, _to - _from, 0);
        }

        if (_to > most)
        {
            throw new JsonException("A line of the answer is too long.");
        }

        if (_to == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _to).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_to), cancellation);
        _hasEnded = read == 0;
        _to += read;
    }
}
