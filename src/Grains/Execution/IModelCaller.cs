using OrleansAgents.Core;

namespace OrleansAgents.Execution;

/// <summary>Asks models. One call is one request: never retried here, no tool is invoked.</summary>
/// <remarks>Never throws except <see cref="OperationCanceledException"/> when <c>cancellation</c> fires. Runs detached from any grain.</remarks>
internal interface IModelCaller
{
    /// <param name="model">Name of a model configuration.</param>
    /// <param name="onDelta">Called in order for each piece of the answer as it arrives; whole surrogate pairs only.</param>
    Task<ModelOutcome> AskAsync(string model, ModelRequest request, DeltaSink onDelta, CancellationToken cancellation);
}

/// <param name="kind"><c>text</c> or <c>reasoning</c>.</param>
internal delegate void DeltaSink(string kind, string text);
