using System.Globalization;
using System.Text;

namespace OrleansAgents.Core.Memory.Retrieval;

/// <summary>The words of a text: letters and digits of any script, in lower case. Scripts that are written without spaces are cut into pairs.</summary>
/// <remarks>Depends on no culture and on no table of the host, so that the same text has the same words everywhere.</remarks>
internal ref struct Words(ReadOnlySpan<char> text)
{
    private readonly char[] _buffer = new char[64];
    private ReadOnlySpan<char> _rest = text;
    private Rune _previous;
    private int _length;

    /// <summary>The word; may be changed in place, and lasts until the next.</summary>
    public readonly Span<char> Current => _buffer.AsSpan(0, _length);

    public readonly Words GetEnumerator() => this;

    public bool MoveNext()
    {
        _length = 0;
        while (!_rest.IsEmpty)
        {
            Rune.DecodeFromUtf16(_rest, out var rune, out var read);
            if (IsUnspaced(rune))
            {
                if (_length > 0)
                {
                    return true;
                }

                _rest = _rest[read..];
                if (Pair(rune))
                {
                    return true;
                }

                continue;
            }

            _previous = default;
            _rest = _rest[read..];
            if (IsWord(rune))
            {
                Append(Rune.ToLowerInvariant(rune));
            }
            else if (rune.Value is '\'' or '’' or 'ʼ')
            {
                SkipPossessive();
            }
            else if (_length > 0)
            {
                return true;
            }
        }

        return _length > 0;
    }

    /// <summary>A sign goes with the one before it; one that stands alone is a word.</summary>
    private bool Pair(Rune rune)
    {
        var before = _previous;
        _previous = rune;
        Rune.DecodeFromUtf16(_rest, out var after, out _);
        if (before == default && IsUnspaced(after))
        {
            return false;
        }

        Append(before);
        Append(rune);
        return true;
    }

    /// <summary>"Ann's" is Ann, "don't" is one word.</summary>
    private void SkipPossessive()
    {
        if (_rest is ['s' or 'S', ..] && (_rest.Length == 1 || !char.IsLetterOrDigit(_rest[1])))
        {
            _rest = _rest[1..];
        }
    }

    /// <summary>A word longer than the buffer is cut: nobody asks for the end of a blob.</summary>
    private void Append(Rune rune)
    {
        if (rune != default && _length + rune.Utf16SequenceLength <= _buffer.Length)
        {
            _length += rune.EncodeToUtf16(_buffer.AsSpan(_length));
        }
    }

    private static bool IsWord(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    /// <summary>Han, kana, hangul, Thai and Lao.</summary>
    private static bool IsUnspaced(Rune rune) =>
        rune.Value is >= 0x0E01 and <= 0x0EFF or >= 0x3040 and <= 0x30FF or >= 0x3400 and <= 0x9FFF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF
            or >= 0x20000 and <= 0x3FFFF;
}
