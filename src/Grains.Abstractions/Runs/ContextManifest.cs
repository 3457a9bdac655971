namespace OrleansAgents.Runs;

/// <summary>What went into a request at what cost, and what stayed out and why.</summary>
/// <param name="Budget">Tokens that there were.</param>
/// <param name="Tokens">Tokens that were taken.</param>
/// <param name="MemoryVersion">Version of the thread's memory that it is made of; null without one.</param>
[GenerateSerializer, Immutable, Alias("context-manifest")]
public sealed record ContextManifest(
    [property: Id(0)] long Budget, [property: Id(1)] long Tokens, [property: Id(2)] IReadOnlyList<ContextPart> Parts,
    [property: Id(3)] IReadOnlyList<LeftOut> Out, [property: Id(4)] int? MemoryVersion = null);

/// <summary>A part of a request.</summary>
/// <param name="Part"><c>instructions</c>, <c>tools</c>; of earlier turns <c>summaries</c>, <c>facts</c>, <c>passages</c>, <c>turns</c> (word for word); <c>user</c> (what is kept of the user); <c>input</c>; of the run itself <c>kept</c> (facts of older messages), <c>messages</c> (word for word).</param>
/// <param name="Of">Of earlier turns the turns that it is from, of the run itself the seqs.</param>
[GenerateSerializer, Immutable, Alias("context-part")]
public sealed record ContextPart([property: Id(0)] string Part, [property: Id(1)] long Tokens, [property: Id(2)] IReadOnlyList<NumberRange>? Of = null);

/// <summary>What a request does not hold word for word.</summary>
/// <param name="What"><c>turns</c> or <c>messages</c>.</param>
/// <param name="Tokens">What it would have cost.</param>
/// <param name="Why">In words.</param>
[GenerateSerializer, Immutable, Alias("left-out")]
public sealed record LeftOut(
    [property: Id(0)] string What, [property: Id(1)] IReadOnlyList<NumberRange> Of, [property: Id(2)] long Tokens, [property: Id(3)] string Why);

/// <summary>Numbers from one to another, both included.</summary>
[GenerateSerializer, Immutable, Alias("number-range")]
public sealed record NumberRange([property: Id(0)] long From, [property: Id(1)] long Through)
{
    /// <summary>Ascending numbers as few ranges.</summary>
    public static IReadOnlyList<NumberRange> Of(IEnumerable<long> ascending)
    {
        var ranges = new List<NumberRange>();
        (long From, long Through)? open = null;
        foreach (var number in ascending)
        {
            if (open is var (from, through) && number > through + 1)
            {
                ranges.Add(new(from, through));
                open = null;
            }

            open = (open?.From ?? number, number);
        }

        if (open is var (first, last))
        {
            ranges.Add(new(first, last));
        }

        return ranges;
    }

    public bool Contains(long number) => number >= From && number <= Through;
}
