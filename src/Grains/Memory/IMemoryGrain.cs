namespace OrleansAgents.Memory;

/// <summary>What a thread remembers. Its key is the thread's id; it holds nothing that could not be read again from the journals.</summary>
[Alias("memory")]
internal interface IMemoryGrain : IGrainWithStringKey
{
    /// <summary>What the next turn begins with, within a budget of tokens.</summary>
    /// <param name="question">What the turn is about.</param>
    /// <returns>An <see cref="Core.Memory.EarlierContext"/> as a body; null when no turn has ended.</returns>
    [Alias("assemble")]
    Task<byte[]?> AssembleAsync(string question, long budget);
}
