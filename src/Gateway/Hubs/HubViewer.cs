using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using OrleansAgents.Client.Streams;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Streams;

namespace OrleansAgents.Gateway.Hubs;

/// <summary>A viewer over SignalR: a bounded buffer that the connection drains; a hopeless one is cut with its cursor.</summary>
internal sealed class HubViewer(TimeProvider time) : IViewer
{
    private const int Capacity = 256;
    private readonly Channel<HubItem> _items = Channel.CreateBounded<HubItem>(Capacity);

    public IAsyncEnumerable<HubItem> ReadAllAsync(CancellationToken cancellation) => _items.Reader.ReadAllAsync(cancellation);

    public async Task ShowAsync(string journalId, IReadOnlyList<Frame> frames)
    {
        foreach (var frame in frames)
        {
            var item = new HubItem(frame.Place ?? frame.Cursor.ToString(), new(Json(journalId, frame)));
            if (!_items.Writer.TryWrite(item))
            {
                await WaitAndWriteAsync(item);
            }
        }
    }

    /// <summary>SignalR keeps its own connections alive.</summary>
    public Task KeepAliveAsync() => Task.CompletedTask;

    /// <summary>Tells that the cursor is beyond what there is; what follows begins anew.</summary>
    public Task GapAsync(GapEvent gap) => WaitAndWriteAsync(new(null, new(JsonSerializer.SerializeToUtf8Bytes(gap, GatewayJson.Answers))));

    /// <summary>The last item says why there is no stream, or no more of it.</summary>
    public void End(HubProblem? problem)
    {
        if (problem is not null)
        {
            _ = _items.Writer.TryWrite(new(null, null, problem));
        }

        _items.Writer.TryComplete();
    }

    private async Task WaitAndWriteAsync(HubItem item)
    {
        try
        {
            await _items.Writer.WriteAsync(item).AsTask().WaitAsync(SseWriter.Patience, time);
        }
        catch (TimeoutException)
        {
            throw new ClientTooSlowException();
        }
    }

    private static byte[] Json(string journalId, in Frame frame)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(bytes, GatewayJson.Events);
        if (frame.Event is { } e)
        {
            e.WriteTo(json);
        }
        else
        {
            frame.Delta!.WriteTo(json, journalId, frame.After);
        }

        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }
}
