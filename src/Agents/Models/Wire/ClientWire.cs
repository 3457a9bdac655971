using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>A model behind a client of the program's own, or of ours without a wire.</summary>
internal sealed class ClientWire(IChatClient client, ModelSettings settings) : IModelWire
{
    private readonly ClientOpaque _opaque = new(client);

    public Task<IModelStream> SendAsync(ModelRequest request, CancellationToken cancellation)
    {
        var options = RequestConverter.Options(request.Definition, settings.MaxOutputTokens);
        var messages = ClientMessages.Of(request, settings.Origin, _opaque);
        return Task.FromResult<IModelStream>(
            new ClientStream(client.GetStreamingResponseAsync(messages, options, cancellation).GetAsyncEnumerator(cancellation), _opaque));
    }

    public void Dispose() => client.Dispose();
}
