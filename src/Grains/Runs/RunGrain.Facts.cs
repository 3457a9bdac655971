using System.Text.Json;
using OrleansAgents.Core.Facts;
using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;

namespace OrleansAgents.Grains.Runs;

/// <summary>What is kept of the user, for agents that remember them.</summary>
internal sealed partial class RunGrain
{
    /// <summary>What the run begins with, as its journal will pin it: a later change of the facts changes nothing in what this run shows.</summary>
    private async Task<byte[]?> WithFactsAsync(AgentDefinition definition, byte[]? earlier, Principal principal)
    {
        if (!FactTool.IsIn(definition))
        {
            return earlier;
        }

        var facts = GrainFactory.GetGrain<IFactsUpkeep>(JournalIds.FactsOf(principal));
        return await facts.TellAsync((long)definition.WindowTokens * FactTelling.WindowPercent / 100) is { } told
            && JsonSerializer.Deserialize(told, ModelRequestJson.Relaxed.RequestMessage) is FactsMessage message
            ? FactTelling.Join(earlier is null ? EarlierContext.Empty : EarlierContext.FromBody(earlier), message).ToBody()
            : earlier;
    }
}
