using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using OpenAI.Chat;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>A server's chat completions or responses: the official client has endpoint, key and pipeline, the request and the answer are written and read here.</summary>
/// <param name="client">Retries nothing and has no time limit of its own.</param>
internal sealed class ServerWire(OpenAIClient client, Uri endpoint, ModelSettings settings) : IModelWire
{
    private const int MostErrorBytes = 64 * 1024;

    /// <summary>A query of the endpoint, such as a gateway's code, stays at the end of the address.</summary>
    private readonly Uri _responses = new UriBuilder(endpoint) { Path = $"{endpoint.AbsolutePath.TrimEnd('/')}/responses" }.Uri;

    private readonly ChatClient _chat = client.GetChatClient(settings.Model);
    private readonly bool _isResponses = settings.Wire.Api == ModelApi.Responses;

    public async Task<IModelStream> SendAsync(ModelRequest request, CancellationToken cancellation)
    {
        using var content = BinaryContent.Create(BinaryData.FromBytes(_isResponses ? ResponsesRequest.Write(request, settings) : ChatRequest.Write(request, settings)));
        var options = new RequestOptions { BufferResponse = false, ErrorOptions = ClientErrorBehaviors.NoThrow, CancellationToken = cancellation };
        foreach (var (name, value) in settings.Wire.Headers ?? new Dictionary<string, string>())
        {
            options.SetHeader(name, value);
        }

        var response = _isResponses ? await PostAsync(content, options) : (await _chat.CompleteChatAsync(content, options)).GetRawResponse();

        // Asked for once: each time may give another stream.
        var body = response.ContentStream ?? Stream.Null;
        var encoding = response.Headers.TryGetValue("Content-Encoding", out var word) ? word : null;
        if (response.Status is >= 200 and < 300)
        {
            return new ServerStream(body, encoding, answer => _isResponses ? new ResponsesAnswer(answer) : new ChatAnswer(answer));
        }

        await using (body)
        {
            throw new ModelRefusedException(response.Status, await ErrorOfAsync(body, encoding, cancellation), response.Headers);
        }
    }

    public void Dispose()
    {
    }

    /// <summary>Sends a message of our own: the client's own method returns a stream that reconnects by itself, so that one attempt would be several requests.</summary>
    private async Task<PipelineResponse> PostAsync(BinaryContent content, RequestOptions options)
    {
        using var message = client.Pipeline.CreateMessage();
        message.Request.Method = "POST";
        message.Request.Uri = _responses;
        message.Request.Headers.Set("Content-Type", "application/json");
        message.Request.Headers.Set("Accept", "text/event-stream");
        message.Request.Content = content;
        message.Apply(options);
        await client.Pipeline.SendAsync(message);
        return message.ExtractResponse()!;
    }

    /// <summary>The status has said that it is refused; what cannot be read adds nothing.</summary>
    private static async Task<ProviderError> ErrorOfAsync(Stream body, string? encoding, CancellationToken cancellation)
    {
        var buffer = new byte[MostErrorBytes];
        try
        {
            await using var text = ServerStream.Decoded(body, encoding);
            return ProviderError.Parse(buffer.AsSpan(0, await text.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation)));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException)
        {
            return default;
        }
    }
}
