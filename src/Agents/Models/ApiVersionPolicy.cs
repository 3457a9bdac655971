using System.ClientModel.Primitives;

namespace OrleansAgents.Agents.Models;

/// <summary>Replaces the <c>api-version</c> that Azure's client sends.</summary>
internal sealed class ApiVersionPolicy(string version) : PipelinePolicy
{
    private const string Name = "api-version";

    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Set(message.Request);
        ProcessNext(message, pipeline, currentIndex);
    }

    public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Set(message.Request);
        return ProcessNextAsync(message, pipeline, currentIndex);
    }

    private void Set(PipelineRequest request)
    {
        var uri = new UriBuilder(request.Uri!);
        var others = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Where(q => !q.StartsWith($"{Name}=", StringComparison.OrdinalIgnoreCase));
        uri.Query = string.Join('&', others.Append($"{Name}={Uri.EscapeDataString(version)}"));
        request.Uri = uri.Uri;
    }
}
