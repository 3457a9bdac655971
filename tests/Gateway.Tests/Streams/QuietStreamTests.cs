using Microsoft.Extensions.Time.Testing;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Streams;

/// <summary>What a stream does by the clock, which these tests hold.</summary>
public sealed class QuietStreamTests : IAsyncLifetime
{
    private const string Events = $"/v1/runs/{SampleEvents.RunId}/events";
    private readonly FakeTimeProvider _time = new();
    private ScriptedGateway _gateway = null!;
    private ScriptedRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await ScriptedGateway.StartAsync(_time);
        _run = _gateway.Runs.Run(SampleEvents.RunId).Record(SampleEvents.Created);
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_last_event_that_the_live_lane_lost_is_found()
    {
        using var viewer = await SseReader.OpenAsync(_gateway.Client, Events);
        Assert.Equal("1 run.created", (await viewer.NextAsync())!.Short);
        _run.Record(new RunCompleted("Done.", new()), publish: false);
        Assert.Equal("2 run.completed", (await WhileTimePassesAsync(viewer.NextAsync()))!.Short);
        Assert.Null(await viewer.NextAsync());
    }

    [Fact]
    public async Task A_quiet_stream_is_kept_alive()
    {
        using var viewer = await SseReader.OpenAsync(_gateway.Client, Events);
        Assert.Equal("1 run.created", (await viewer.NextAsync())!.Short);
        var next = viewer.NextAsync();
        await WhileTimePassesAsync(viewer.AsideAsync(": keep-alive"));
        _run.Record(new RunCompleted("Done.", new()));
        Assert.Equal("2 run.completed", (await next)!.Short);
    }

    private async Task<T> WhileTimePassesAsync<T>(Task<T> awaited)
    {
        while (!awaited.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        return await awaited;
    }
}
