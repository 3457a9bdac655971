using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using OrleansAgents.Testing.Viewers;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>Viewers that lose their connection with every event, beside some that never do: all have seen the same in the end.</summary>
public sealed class DroppedViewerTests : IAsyncLifetime
{
    private const string Thread = "thr_of_dropped_viewers";
    private const string Answer = "Hé 😀 said the model";
    private readonly Audience _audience = new(12);
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => r.Number switch
        {
            1 => new Reply().Wait(_audience.AllAsync(1, 1, 0)).Call("search_documents", """{"query":"a run"}""").Finish("tool_calls"),
            2 => _audience.Paced(3, 1, "I beg", " your").Wait(_audience.AllAsync(3, 1, 10)).Abort(),
            _ => _audience.Paced(3, 2, "Hé ", "😀", " said", " the", " model").Finish("stop"),
        });
        _gateway = await RealGateway.StartAsync(_folder.File("agents.db"), _models);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Whoever_is_dropped_after_every_event_or_in_the_middle_of_it_has_seen_all_of_it_once()
    {
        var (_, posted) = await _gateway.SendAsync(HttpMethod.Post, $"/v1/threads/{Thread}/messages", """{"input":"hi","agent":"docs"}""");
        var run = posted.GetProperty("runId").GetString()!;
        var watching = new List<Task<Viewer>>();
        foreach (var (id, end) in new[] { (run, "run.completed"), (Thread, "turn.ended") })
        {
            foreach (var watch in new Watch[] { Watches.Sse, Watches.Hub })
            {
                watching.Add(UndisturbedAsync(watch, id, end));
                watching.Add(DroppedAfterEveryEventAsync(watch, id, end));
                watching.Add(DroppedInsideEveryEventAsync(watch, id, end));
            }
        }

        var viewers = await Viewer.AllAsync(watching);
        var journal = (await _gateway.SendAsync(HttpMethod.Get, $"/v1/runs/{run}/events?limit=500")).Body;
        var (ofRun, ofThread) = (viewers[0].Transcript, viewers[6].Transcript);
        Assert.Equal(journal.GetProperty("items").EnumerateArray().Select(e => e.GetRawText()), ofRun.Of(run));
        Assert.Equal(Answer, (await _gateway.SendAsync(HttpMethod.Get, $"/v1/runs/{run}")).Body.GetProperty("output").GetString());
        Assert.EndsWith($"3, 1): I beg your{Environment.NewLine}({run}, 3, 2): {Answer}{Environment.NewLine}", ofRun.ToString(), StringComparison.Ordinal);
        Assert.All(viewers[..6], v => Assert.Equal(ofRun.ToString(), v.Transcript.ToString()));
        Assert.All(viewers[6..], v => Assert.Equal(ofThread.ToString(), v.Transcript.ToString()));
        Assert.Equal(ofRun.Of(run), ofThread.Of(run));

        // They were dropped with every event, or inside every piece at least.
        const int Pieces = 7;
        var told = Pieces + ofRun.Of(run).Count;
        Assert.All(viewers.Where((_, i) => i % 3 == 0), v => Assert.Equal(1, v.Connections));
        Assert.All(viewers.Where((_, i) => i % 3 == 1), v => Assert.InRange(v.Connections, told, int.MaxValue));
        Assert.All(viewers.Where((_, i) => i % 3 == 2), v => Assert.InRange(v.Cut, Pieces, int.MaxValue));
    }

    private Task<Viewer> UndisturbedAsync(Watch watch, string id, string end) => new Viewer(watch, id, () => _gateway.Client.BaseAddress!)
    {
        Stays = told =>
        {
            _audience.Heard(told);
            return true;
        },
    }.UntilAsync(end);

    private Task<Viewer> DroppedAfterEveryEventAsync(Watch watch, string id, string end) => new Viewer(watch, id, () => _gateway.Client.BaseAddress!)
    {
        Stays = told =>
        {
            _audience.Heard(told);
            return false;
        },
    }.UntilAsync(end);

    private async Task<Viewer> DroppedInsideEveryEventAsync(Watch watch, string id, string end)
    {
        await using var proxy = new CuttingProxy(_gateway.Client.BaseAddress!);
        return await new Viewer(watch, id, () => proxy.Address)
        {
            Stays = told =>
            {
                _audience.Heard(told);
                proxy.Seen();
                return true;
            },
        }.UntilAsync(end);
    }
}
