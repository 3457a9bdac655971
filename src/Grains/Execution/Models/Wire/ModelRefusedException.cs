using System.ClientModel.Primitives;

namespace OrleansAgents.Execution;

/// <summary>A server answered a request with a status that is no answer.</summary>
internal sealed class ModelRefusedException(int status, ProviderError error, PipelineResponseHeaders? headers) : Exception($"HTTP {status}")
{
    public int Status => status;

    public ProviderError Error => error;

    /// <summary>They may say when to ask again.</summary>
    public PipelineResponseHeaders? Headers => headers;
}
