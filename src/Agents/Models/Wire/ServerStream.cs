using System.IO.Compression;
using System.Text;
using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>The answer of a server as it arrives.</summary>
internal sealed class ServerStream(Stream body, string? encoding, Func<AnswerBuilder, IWireAnswer> begin) : IModelStream
{
    private readonly EventReader _events = new(Decoded(body, encoding));
    private IWireAnswer? _said;

    public async ValueTask<bool> ReadAsync(AnswerBuilder answer, CancellationToken cancellation)
    {
        _said ??= begin(answer);
        var (goesOn, isDone) = (false, false);
        try
        {
            if (await _events.ReadAsync(cancellation))
            {
                isDone = _events.Data.Span.SequenceEqual("[DONE]"u8);
                goesOn = !isDone && Take(_said);
            }
        }
        catch (Exception) when (_said.IsWhole)
        {
            // With its finish reason the answer is whole, whatever happens to the connection afterwards.
        }

        if (!goesOn)
        {
            _said.Close(isDone);
        }

        return goesOn;
    }

    public ValueTask DisposeAsync()
    {
        _events.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <param name="encoding">The header <c>Content-Encoding</c>.</param>
    public static Stream Decoded(Stream body, string? encoding) => encoding?.Trim().ToLowerInvariant() switch
    {
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
        "br" => new BrotliStream(body, CompressionMode.Decompress),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress),
        _ => body,
    };

    /// <summary>Whether more is worth reading. What is no JSON, such as a ping, is passed over.</summary>
    private bool Take(IWireAnswer said)
    {
        var data = _events.Data.Span;
        if (_events.IsError)
        {
            var error = ProviderError.Parse(data);
            said.Fail(error.Message is null ? error with { Message = Encoding.UTF8.GetString(data[..Math.Min(data.Length, 2000)]) } : error);
        }
        else if (data[0] is (byte)'{' or (byte)'[')
        {
            said.Read(data);
        }

        return !said.IsOver;
    }
}
