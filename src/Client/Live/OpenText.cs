using System.Text;
using OrleansAgents.Events;

namespace OrleansAgents.Client.Live;

/// <summary>The text of an open attempt in pieces that never change, so that all who come late share them. Not thread-safe.</summary>
internal sealed class OpenText(int step, int attempt)
{
    /// <summary>UTF-16 units from which on a piece is whole.</summary>
    private const int PieceLength = 8 * 1024;

    private readonly List<ModelDelta> _pieces = [];
    private readonly StringBuilder _last = new();
    private string _kind = "";

    public int Length { get; private set; }

    public void Append(string kind, string text)
    {
        if (_last.Length >= PieceLength || (_last.Length > 0 && kind != _kind))
        {
            _pieces.Add(Last());
            _last.Clear();
        }

        _kind = kind;
        _last.Append(text);
        Length += text.Length;
    }

    /// <summary>All of it; only the last piece is copied.</summary>
    public IReadOnlyList<ModelDelta> Pieces() => _last.Length > 0 ? [.. _pieces, Last()] : [];

    private ModelDelta Last() => new(step, attempt, _kind, Length - _last.Length, _last.ToString());
}
