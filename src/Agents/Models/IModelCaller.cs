using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Agents.Models;

/// <summary>Asks models. One call is one request: never retried here, no tool is invoked.</summary>
/// <remarks>Never throws except <see cref="OperationCanceledException"/> when <c>cancellation</c> fires. Runs detached from any grain.</remarks>
internal interface IModelCaller
{
    /// <summary>A place if one is free and nobody waits for one; never null for a model that is not configured.</summary>
    /// <param name="model">Name of a model configuration.</param>
    ModelPlace? TryEnter(string model);

    /// <summary>Waits for a place, first come first served.</summary>
    /// <returns>Null when the model is not asked for a longer time: <see cref="OutageOf"/> says why and until when.</returns>
    Task<ModelPlace?> EnterAsync(string model, CancellationToken cancellation);

    /// <summary>Why a model is not asked at present, and until when; null when it is.</summary>
    ModelOutage? OutageOf(string model);

    /// <summary>The next request may leave now, whatever the model was given as a rest.</summary>
    void Retry(string model);

    /// <param name="place">Is left at the end, whatever the end is.</param>
    /// <param name="budget">What the call may take of its run's budget.</param>
    /// <param name="onDelta">Called in order for each piece of the answer as it arrives; whole surrogate pairs only.</param>
    Task<ModelOutcome> AskAsync(ModelPlace place, ModelRequest request, CallBudget budget, DeltaSink onDelta, CancellationToken cancellation);
}
