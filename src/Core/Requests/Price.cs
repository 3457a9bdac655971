using OrleansAgents.Events;

namespace OrleansAgents.Core.Requests;

/// <summary>What a model's tokens cost, in US dollars per million. Decimals, so that sums are exact.</summary>
/// <param name="CachedInput">Of input that the provider had in its cache.</param>
internal sealed record Price(decimal Input, decimal CachedInput, decimal Output)
{
    private const decimal Unit = 1_000_000;

    /// <summary>What one call cost; its reasoning is part of its output.</summary>
    public decimal Of(Usage usage)
    {
        var cached = Math.Min(usage.CachedTokens, usage.InputTokens);
        return (((usage.InputTokens - cached) * Input) + (cached * CachedInput) + (usage.OutputTokens * Output)) / Unit;
    }

    /// <summary>The most that a call can cost.</summary>
    public decimal AtMost(long inputTokens, long outputTokens) =>
        ((inputTokens * Math.Max(Input, CachedInput)) + (outputTokens * Output)) / Unit;
}
