namespace OrleansAgents.Core.Memory.Retrieval;

/// <summary>Fills a budget of tokens with passages, the best first.</summary>
internal static class Packing
{
    /// <summary>The passages that fit, in conversation order. One that does not fit is passed over: a shorter one after it may.</summary>
    /// <param name="ranked">Passages by their index, best first.</param>
    /// <param name="sectionTokens">What the header of a section costs; charged with the first of its passages.</param>
    /// <param name="already">Passages that the context holds anyhow: not taken again.</param>
    public static IReadOnlyList<int> Take(
        IEnumerable<int> ranked, Func<int, Passage> passage, Func<int, int> sectionTokens, int budget, IReadOnlySet<int>? already = null)
    {
        var taken = new List<int>();
        var seen = new HashSet<int>(already ?? new HashSet<int>());
        var open = new HashSet<int>();
        foreach (var index in ranked)
        {
            var p = passage(index);
            var cost = p.Tokens + (open.Contains(p.Section) ? 0 : sectionTokens(p.Section));
            if (cost <= budget && seen.Add(index))
            {
                budget -= cost;
                open.Add(p.Section);
                taken.Add(index);
            }
        }

        taken.Sort();
        return taken;
    }
}
