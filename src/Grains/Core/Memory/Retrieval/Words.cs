using System.Globalization;
using System.Text;

namespace OrleansAgents.Core.Memory;

/// <summary>The words of a text: letters and digits of any script, in lower case, stemmed, without stop words. Scripts without spaces are cut into pairs.</summary>
/// <remarks>Depends on no culture and on no table of the host, so that the same text has the same words everywhere.</remarks>
internal ref struct Words(ReadOnlySpan<char> text)
{
    private readonly char[] _buffer = new char[64];
    private ReadOnlySpan<char> _rest = text;
    private Rune _previous;
    private int _length;

    public readonly ReadOnlySpan<char> Current => _buffer.AsSpan(0, _length);

    public readonly Words GetEnumerator() => this;

    public bool MoveNext()
    {
        while (Next())
        {
            if (_length > 0 && !StopWords.Contain(Current))
            {
                _length = Stem.InPlace(_buffer.AsSpan(0, _length));
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads the next run of letters and digits; false at the end.</summary>
    private bool Next()
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

                var before = _previous;
                _previous = rune;
                _rest = _rest[read..];
                Rune.DecodeFromUtf16(_rest, out var after, out _);
                if (before != default || !IsUnspaced(after))
                {
                    Append(before);
                    Append(rune);
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
            else if (_length > 0 && !IsInner(rune))
            {
                return true;
            }
        }

        return _length > 0;
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

    /// <summary>Apostrophes stand within words.</summary>
    private static bool IsInner(Rune rune) => rune.Value is '\'' or '’' or 'ʼ';

    /// <summary>Han, kana, hangul, Thai and Lao.</summary>
    private static bool IsUnspaced(Rune rune) =>
        rune.Value is >= 0x0E01 and <= 0x0EFF or >= 0x3040 and <= 0x30FF or >= 0x3400 and <= 0x9FFF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF
            or >= 0x20000 and <= 0x3FFFF;
}
