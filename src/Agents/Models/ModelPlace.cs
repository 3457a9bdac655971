using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models;

/// <summary>A place at a model's gate: one request may leave with it. Who has it asks with it, or gives it back.</summary>
/// <param name="model">Null when there is none of that name; asking says so.</param>
internal sealed class ModelPlace(string name, RegisteredModel? model, bool probe)
{
    private int _left;

    public string Name => name;

    public RegisteredModel? Model => model;

    /// <summary>The next in the queue may have it. Only the first call counts.</summary>
    /// <param name="outcome">How the attempt ended; null for one that was cut or never left, which says nothing of the provider.</param>
    /// <returns>How long the provider is left alone from now on; null while it is not.</returns>
    public TimeSpan? Leave(ModelOutcome? outcome) => Interlocked.Exchange(ref _left, 1) == 0 ? model?.Gate.Leave(outcome, probe) : null;
}
