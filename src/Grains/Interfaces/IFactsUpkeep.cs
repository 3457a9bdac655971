using OrleansAgents.Core.Facts;
using OrleansAgents.Events;
using OrleansAgents.Facts;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Interfaces;

/// <summary>What the engine itself asks of a user's facts. Same grain, same key as <see cref="IFactsGrain"/>.</summary>
[Alias("facts-upkeep")]
internal interface IFactsUpkeep : IGrainWithStringKey
{
    /// <summary>Keeps a fact, once for each call however often it is tried.</summary>
    [Alias("remember")]
    Task<FactReply> RememberAsync(string key, string text, FactTrust trust, FactSource source, CommandMeta meta);

    /// <param name="asked">See <see cref="Forget"/>.</param>
    [Alias("forget")]
    Task<FactReply> ForgetAsync(string key, bool asked, FactSource source, CommandMeta meta);

    /// <summary>What a run is told, within a budget of tokens: a request's message as a body; null when nothing is kept.</summary>
    [Alias("tell")]
    Task<byte[]?> TellAsync(long budget);
}

/// <summary>Either a receipt with what the model is told, or a problem.</summary>
[GenerateSerializer, Immutable, Alias("fact-reply")]
internal sealed record FactReply([property: Id(0)] Receipt? Receipt, [property: Id(1)] string? Said, [property: Id(2)] Problem? Problem);
