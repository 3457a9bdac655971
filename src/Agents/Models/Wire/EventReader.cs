using System.Buffers;
using System.Text.Json;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>Reads the events of a model's answer, as servers send them and not only as server-sent events are defined.</summary>
/// <remarks>
/// A line that holds a whole JSON value is an event, whether or not an empty line follows. So are a line <c>error: …</c>, a body that is
/// plain JSON, and a last event without an end. Comments and unknown fields are passed over.
/// </remarks>
internal sealed class EventReader(Stream stream) : IDisposable
{
    /// <summary>Of a line, and of an event. The largest event is an answer that is no stream.</summary>
    private const int MostBytes = 8 * 1024 * 1024;

    private readonly LineReader _lines = new(stream, MostBytes);
    private readonly ArrayBufferWriter<byte> _pending = new();
    private bool _isBody;

    /// <summary>JSON, or <c>[DONE]</c>. Valid until the next read.</summary>
    public ReadOnlyMemory<byte> Data { get; private set; }

    /// <summary>The server called it an error.</summary>
    public bool IsError { get; private set; }

    /// <summary>False at the end of the stream.</summary>
    /// <exception cref="JsonException">An event is too long.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        // Many events may have come at once.
        cancellation.ThrowIfCancellationRequested();
        if (Data.Length > 0)
        {
            (Data, IsError) = (default, false);
            _pending.ResetWrittenCount();
        }

        while (await _lines.ReadAsync(cancellation))
        {
            if (Take(_lines.Line))
            {
                return true;
            }
        }

        // What the end of the connection has cut is no event.
        Data = IsCut(_pending.WrittenSpan) ? default : _pending.WrittenMemory;
        return Data.Length > 0;
    }

    public void Dispose() => _lines.Dispose();

    /// <summary>Whether the line ends an event.</summary>
    private bool Take(ReadOnlyMemory<byte> line)
    {
        if (line.Length == 0)
        {
            Data = _isBody ? default : Checked(_pending.WrittenMemory);
            IsError &= Data.Length > 0;
            return Data.Length > 0;
        }

        if (_isBody || line.Span[0] == (byte)'{' || line.Span.SequenceEqual("["u8) || line.Span.StartsWith("[{"u8))
        {
            _isBody = true;
            return Append(line);
        }

        var colon = line.Span.IndexOf((byte)':');
        if (colon <= 0)
        {
            return false;
        }

        var value = line[(colon + 1)..].Trim((byte)' ');
        switch (line.Span[..colon])
        {
            case var name when name.SequenceEqual("data"u8):
                return value.Length > 0 && Append(value);
            case var name when name.SequenceEqual("error"u8):
                IsError = true;
                return value.Length > 0 && Append(value);
            case var name when name.SequenceEqual("event"u8):
                IsError = value.Span.SequenceEqual("error"u8);
                return false;
            default:
                return false;
        }
    }

    /// <summary>Whether the value is an event by itself. Else it is a part of one, whose end an empty line tells.</summary>
    private bool Append(ReadOnlyMemory<byte> value)
    {
        if (!IsJson(_pending.WrittenSpan) && IsWhole(value.Span))
        {
            // Whatever was pending before, such as a ping, is none of it.
            _pending.ResetWrittenCount();
            (Data, _isBody) = (value, false);
            return true;
        }

        if (_pending.WrittenCount + value.Length > MostBytes)
        {
            throw new JsonException("An event of the answer is too long.");
        }

        if (_pending.WrittenCount > 0)
        {
            _pending.Write("\n"u8);
        }

        _pending.Write(value.Span);
        return false;
    }

    /// <exception cref="JsonException">The server ended the event, and it is no whole JSON value.</exception>
    private static ReadOnlyMemory<byte> Checked(ReadOnlyMemory<byte> data) =>
        IsCut(data.Span) ? throw new JsonException("An event of the answer is no whole JSON value.") : data;

    private static bool IsCut(ReadOnlySpan<byte> data) => IsJson(data) && !IsWhole(data);

    private static bool IsJson(ReadOnlySpan<byte> data) => data.Length > 0 && data[0] is (byte)'{' or (byte)'[';

    private static bool IsWhole(ReadOnlySpan<byte> data)
    {
        if (data.SequenceEqual("[DONE]"u8))
        {
            return true;
        }

        if (data[0] is not ((byte)'{' or (byte)'['))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(data, ChatJson.Options);
            return reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
