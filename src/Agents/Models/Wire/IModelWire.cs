using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>The way to one model.</summary>
internal interface IModelWire : IDisposable
{
    /// <summary>Sends one request, and no second one whatever happens.</summary>
    /// <exception cref="ModelRefusedException">The server refused it.</exception>
    Task<IModelStream> SendAsync(ModelRequest request, CancellationToken cancellation);
}

/// <summary>An answer on its way.</summary>
internal interface IModelStream : IAsyncDisposable
{
    /// <summary>Reads the next piece into the answer. False at its end; calls are in the answer then and not before.</summary>
    ValueTask<bool> ReadAsync(AnswerBuilder answer, CancellationToken cancellation);
}
