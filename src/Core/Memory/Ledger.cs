using System.Text;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Core.Memory;

/// <summary>
/// What was said, as literals: they stand for messages that a request no longer holds word for word. Fed in order, message by
/// message; the same messages, bounds and budget give the same text.
/// </summary>
/// <param name="maxTokens">No text is ever longer, so older lines than would fit twice are let go.</param>
internal sealed class Ledger(long maxTokens)
{
    /// <summary>A person's own words come before literals, up to this share.</summary>
    private const int SaidPercent = 10;

    private readonly List<Line> _lines = [];
    private int _most = 256;

    /// <param name="tool">Whose result it is.</param>
    public void Add(long seq, RequestMessage message, string? tool)
    {
        var line = message switch
        {
            UserMessage user => new Line(seq, "", () => Literal.Of(user.Text), Kept.Quote("user", user.Text)),
            AssistantMessage answer => new Line(seq, "", () => [.. answer.ToolCalls.SelectMany(c => Literal.Of(c.Arguments)), .. Texts(answer)]),
            ToolMessage result => new Line(seq, $"{tool}({result.CallId}): ", () => Literal.Of(result.Text)),
            _ => throw new NotSupportedException($"No literals of {message.GetType().Name}."),
        };
        _lines.Add(line);
    }

    /// <summary>What stands for the messages before <paramref name="before"/>; null when there is nothing to say or no room for it.</summary>
    /// <param name="before">From this seq on, everything stands word for word: its literals are not said again.</param>
    /// <param name="tokens">Room.</param>
    public Literals? Render(long before, long tokens)
    {
        var room = tokens * 4;
        var old = _lines.FindIndex(l => l.Seq >= before) is var i and >= 0 ? i : _lines.Count;
        var known = new Known();
        _lines.Skip(old).SelectMany(l => l.Literals).ToList().ForEach(f => known.Add(f));

        var texts = new string?[old];
        var forSaid = room * SaidPercent / 100;
        for (var n = old - 1; n >= 0; n--)
        {
            if (_lines[n] is { Said: { } said } line && Size(said) <= forSaid)
            {
                texts[n] = said;
                forSaid -= Size(said);
                room -= Size(said);
                line.Literals.ToList().ForEach(f => known.Add(f));
            }
        }

        for (var n = old - 1; n >= 0 && room > 0; n--)
        {
            texts[n] ??= FactsOf(_lines[n], known, ref room);
        }

        var kept = texts.Index().Where(t => t.Item is not null).ToList();
        return kept.Count == 0 ? null : new(string.Join('\n', kept.Select(t => t.Item)), [.. kept.Select(t => _lines[t.Index].Seq).Distinct()]);
    }

    /// <summary>Drops lines that would not even fit were they the only ones. Looked for ever more seldom, so that it costs little.</summary>
    public void LetGo()
    {
        if (_lines.Count <= _most)
        {
            return;
        }

        var (first, bytes) = (_lines.Count - 1, 0L);
        while (first > 0 && bytes <= maxTokens * 8)
        {
            bytes += _lines[--first].Bytes;
        }

        _lines.RemoveRange(0, first);
        _most = Math.Max(256, 2 * _lines.Count);
    }

    private static string? FactsOf(Line line, Known known, ref long room)
    {
        if (line.HeadSize >= room)
        {
            return null;
        }

        var text = new StringBuilder();
        foreach (var literal in line.Literals)
        {
            var size = Size(literal.Value) + (literal.Field is { } field ? Size(field) : 0) + (text.Length == 0 ? line.HeadSize : 0);
            if (size > room || !known.Add(literal))
            {
                continue;
            }

            room -= size;
            text.Append(text.Length == 0 ? line.Head : " ").Append(literal);
        }

        return text.Length == 0 ? null : text.ToString();
    }

    /// <summary>In bytes, with what separates it from the next.</summary>
    private static int Size(string text) => text.Length == 0 ? 0 : Encoding.UTF8.GetByteCount(text) + 1;

    private static IEnumerable<Literal> Texts(AssistantMessage answer) => answer.Content.SelectMany(p => Literal.Of(p.Value.Preview));

    /// <param name="read">Literals are read when they are first needed: most runs never fill their window.</param>
    /// <param name="said">The whole text, where a person said it.</param>
    private sealed class Line(long seq, string head, Func<IReadOnlyList<Literal>> read, string? said = null)
    {
        private IReadOnlyList<Literal>? _literals;

        public long Seq => seq;
        public string Head => head;
        public int HeadSize { get; } = Size(head);
        public string? Said => said;
        public IReadOnlyList<Literal> Literals => _literals ??= read();
        public long Bytes => (said?.Length ?? 0) + Literals.Sum(f => f.Value.Length + (f.Field?.Length ?? 0) + 2);
    }

    /// <summary>Literals that stand somewhere already; a bare value is known by any field that has it.</summary>
    private sealed class Known
    {
        private readonly HashSet<Literal> _literals = [];
        private readonly HashSet<string> _values = [];

        /// <summary>Whether it is new.</summary>
        public bool Add(Literal literal)
        {
            var isNew = _literals.Add(literal) && (literal.Field is not null || !_values.Contains(literal.Value));
            _values.Add(literal.Value);
            return isNew;
        }
    }
}

/// <summary>What stands for older messages.</summary>
/// <param name="Of">The seqs of the messages that it says something of.</param>
internal sealed record Literals(string Text, IReadOnlyList<long> Of);
