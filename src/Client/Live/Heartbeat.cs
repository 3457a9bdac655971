using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansAgents.Client.Calls;

namespace OrleansAgents.Client.Live;

/// <summary>Every 5 s or a little less: asks how far the watched journals are, all in one, and tells their viewers.</summary>
/// <remarks>A lost last event leaves no hole behind it; this finds it. It is also what keeps quiet connections alive.</remarks>
internal sealed partial class Heartbeat(ILiveTail tail, Caller caller, TimeProvider time, ILogger<Heartbeat> log) : BackgroundService
{
    private const int AtOnce = 1_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Gateways do not ask in step.
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5 - Random.Shared.NextDouble()), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var ids in tail.Followed.Chunk(AtOnce))
            {
                await BeatAsync(ids, stoppingToken);
            }

            (tail as RemoteTail)?.Sweep();
        }
    }

    private async Task BeatAsync(string[] ids, CancellationToken stopping)
    {
        IReadOnlyList<long> heads = [];
        try
        {
            heads = await caller.ReadAsync(r => r.HeadsAsync(ids), stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            Unanswered(log, e.Message);
        }

        for (var i = 0; i < ids.Length; i++)
        {
            tail.Beat(ids[i], i < heads.Count ? heads[i] : 0);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The heads of watched journals could not be read: {Reason} It is tried again in 5 s.")]
    private static partial void Unanswered(ILogger log, string reason);
}
