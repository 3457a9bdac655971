using OrleansAgents.Core.Memory;
using OrleansAgents.Threads;

namespace OrleansAgents.Grains.Interfaces;

/// <summary>What a thread remembers. Its key is the thread's id. Its own events are in the thread's journal; all else can be read again from the journals.</summary>
[Alias("memory")]
internal interface IMemoryGrain : IGrainWithStringKey
{
    /// <summary>What the next turn begins with, within a budget of tokens. Waits for no summary; one that is due is begun.</summary>
    /// <param name="question">What the turn is about.</param>
    /// <returns>An <see cref="EarlierContext"/> as a body; null when no turn has ended.</returns>
    [Alias("assemble")]
    Task<byte[]?> AssembleAsync(string question, long budget);

    /// <summary>The memory as it stands, or stood at a version.</summary>
    /// <param name="version">Null for the present one.</param>
    /// <returns>Null when there is no such version.</returns>
    [Alias("view")]
    Task<MemoryView?> ViewAsync(int? version);

    /// <summary>Lets go of what was read of runs, for one of them was deleted.</summary>
    [Alias("read-again")]
    Task ReadAgainAsync();
}
