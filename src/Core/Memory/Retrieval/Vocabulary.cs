using System.Runtime.InteropServices;

namespace OrleansAgents.Core.Memory.Retrieval;

/// <summary>The stems of a conversation, by number, and which of them look like relatives.</summary>
internal sealed class Vocabulary
{
    private const int Root = 4;

    /// <summary>A relative shares at least this much of the longer word from its start: "adopt" and "adoption" do, "contact" and "contest" do not.</summary>
    private const double LeastShare = 0.6;

    /// <summary>What a relative counts beside the word itself.</summary>
    private const double RelativeWeight = 0.3;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _roots = new(StringComparer.Ordinal);
    private readonly List<string> _words = [];

    public int Add(ReadOnlySpan<char> stem)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers.GetAlternateLookup<ReadOnlySpan<char>>(), stem, out var known);
        if (!known)
        {
            number = _words.Count;
            _words.Add(stem.ToString());
            if (HasRoot(stem))
            {
                ref var family = ref CollectionsMarshal.GetValueRefOrAddDefault(_roots.GetAlternateLookup<ReadOnlySpan<char>>(), stem[..Root], out _);
                (family ??= []).Add(number);
            }
        }

        return number;
    }

    /// <summary>The number of a stem, or -1.</summary>
    public int Find(ReadOnlySpan<char> stem) => _numbers.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(stem, out var number) ? number : -1;

    /// <summary>The stem itself, if the conversation has it, first; then its relatives where they are wanted, with what each counts.</summary>
    public void Family(ReadOnlySpan<char> stem, bool relatives, List<(int Word, double Share)> into)
    {
        var self = Find(stem);
        if (self >= 0)
        {
            into.Add((self, 1));
        }

        if (relatives && HasRoot(stem) && _roots.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(stem[..Root], out var family))
        {
            foreach (var word in family)
            {
                var other = _words[word];
                var share = (double)stem.CommonPrefixLength(other) / Math.Max(stem.Length, other.Length);
                if (word != self && share >= LeastShare)
                {
                    into.Add((word, RelativeWeight * share));
                }
            }
        }
    }

    /// <summary>Numbers and ids have no relatives.</summary>
    private static bool HasRoot(ReadOnlySpan<char> stem) => stem.Length >= Root && stem.IndexOfAnyInRange('0', '9') < 0;
}
