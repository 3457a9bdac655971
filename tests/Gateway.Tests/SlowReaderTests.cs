using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansAgents.Client.Live;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Streams;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using OrleansAgents.Testing.Viewers;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>Viewers that read a byte a second, beside others that read as fast as they can.</summary>
public sealed class SlowReaderTests
{
    private const int Slow = 10;
    private const int Normal = 100;
    private const int Pieces = 1_000;

    [Fact]
    public async Task Slow_viewers_hold_nobody_up_and_are_cut_with_a_cursor_that_works()
    {
        using var folder = new TempFolder();
        var audience = new Audience(Slow + Normal);
        await using var models = await ModelServer.StartAsync(_ => new Reply()
            .Text("begun ").Wait(audience.AllAsync(1, 1, 6)).Text([.. Enumerable.Repeat(new string('x', 1024), Pieces)]).Finish("stop"));
        var time = new FakeTimeProvider();
        await using var gateway = await RealGateway.StartAsync(folder.File("agents.db"), models, s => s
            .AddSingleton<TimeProvider>(time).Configure<SocketTransportOptions>(o => o.CreateBoundListenSocket = Narrow));
        var (_, started) = await gateway.SendAsync(HttpMethod.Post, "/v1/runs", """{"agent":"plain","input":"Write a book."}""");
        var run = started.GetProperty("id").GetString()!;
        var awake = new TaskCompletionSource();
        var normal = Viewer.AllAsync(Enumerable.Range(0, Normal).Select(_ => WatchAsync(Watches.Sse)));
        var slow = Viewer.AllAsync(Enumerable.Range(0, Slow).Select(_ => WatchAsync(SlowAtFirst(awake.Task))));
        while (!normal.IsCompleted)
        {
            await PassAsync(TimeSpan.FromMilliseconds(50));
        }

        // All others have seen all of it; the slow ones stand where they are, until their patience is over.
        var told = Assert.Single((await normal).Select(v => v.Transcript.ToString()).Distinct());
        Assert.All(await normal, v => Assert.Equal(1, v.Connections));
        Assert.Contains($"1, 1): begun {new string('x', 1024 * Pieces)}{Environment.NewLine}", told, StringComparison.Ordinal);
        Assert.Equal([run], gateway.Followed);
        time.Advance(SseWriter.Patience);
        while (gateway.Followed.Count > 0)
        {
            if (slow.IsFaulted)
            {
                await slow;
            }

            await Task.Delay(10);
        }

        awake.SetResult();
        Assert.All(await slow, v => Assert.Equal((2, 1, told), (v.Connections, v.Cut, v.Transcript.ToString())));

        Task<Viewer> WatchAsync(Watch watch) => new Viewer(watch, run, () => gateway.Client.BaseAddress!)
        {
            Stays = t =>
            {
                audience.Heard(t);
                return true;
            },
        }.UntilAsync("run.completed");

        // The gateway's clock goes as any other does, until it is set forward.
        async Task PassAsync(TimeSpan span)
        {
            await Task.WhenAny(normal, Task.Delay(span));
            time.Advance(span);
        }
    }

    [Fact]
    public void Whoever_does_not_read_at_all_holds_a_bounded_number_of_items()
    {
        var hub = new LiveHub();
        var run = hub.Acquire(JournalIds.NewRun());
        run.Open(1, 1, 1);
        using var idle = hub.Subscribe(run.JournalId);
        for (var i = 0; i < 5_000; i++)
        {
            run.Delta(1, 1, "text", "x");
        }

        Assert.True(idle.Behind);
        Assert.False(idle.TryRead(out _));
        using var again = hub.Subscribe(run.JournalId);
        Assert.Equal(5_000, Assert.Single(again.Open!.Parts).Text.Length);
    }

    /// <summary>The system's own buffers, of megabytes, would take all that there is to be read.</summary>
    private static Socket Narrow(EndPoint address)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        socket.SendBufferSize = 16 * 1024;
        return socket;
    }

    /// <summary>Comes back as a quick one.</summary>
    private static Watch SlowAtFirst(Task awake)
    {
        var first = SlowClient.Create(awake);
        return (server, run, cursor, cancellation) => cursor is null
            ? Watches.Sse(first, server, run, cursor, cancellation)
            : Watches.Sse(server, run, cursor, cancellation);
    }
}
