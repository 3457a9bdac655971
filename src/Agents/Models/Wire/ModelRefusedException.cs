using System.ClientModel.Primitives;
using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>A server answered a request with a status that is no answer.</summary>
internal sealed class ModelRefusedException(int status, ProviderError error, PipelineResponseHeaders? headers) : Exception($"HTTP {status}")
{
    public int Status => status;

    public ProviderError Error => error;

    /// <summary>They may say when to ask again.</summary>
    public PipelineResponseHeaders? Headers => headers;
}
