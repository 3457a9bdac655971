using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Facts;

/// <summary>What is kept of one user across threads. The key is <see cref="JournalIds.FactsOf"/> of the user, so that no two users ever meet in one.</summary>
/// <remarks>Durable before it answers. Answers as <see cref="IRunGrain"/> does: whoever is told that it moved asks again.</remarks>
[Alias("facts")]
public interface IFactsGrain : IGrainWithStringKey
{
    /// <summary>Erases a fact's key and text and keeps the record that it was erased. Repeating it changes nothing.</summary>
    [Alias("erase")]
    Task<CommandResult> EraseAsync(string factId, Principal principal);
}
