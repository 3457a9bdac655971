using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansAgents.Host.Tests.Storage;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Host.Tests;

/// <summary>The whole program on a disk that fails under it: nothing is acknowledged that is not kept, and no model is asked twice.</summary>
public sealed class ServiceFaultTests : IAsyncLifetime
{
    private readonly Tmpfs _disk = new("6m");
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ModelServer _models = null!;

    public async ValueTask InitializeAsync() => _models = await ModelServer.StartAsync(r =>
    {
        _asked.TrySetResult();
        return new Reply().Wait(_answer.Task).Text(new string('x', 20_000)).Finish("stop");
    });

    public async ValueTask DisposeAsync()
    {
        await _models.DisposeAsync();
        _disk.Dispose();
    }

    [Fact]
    public async Task A_full_disk_stalls_the_run_that_is_under_way_and_refuses_new_ones_until_there_is_space()
    {
        await using var program = await StartAsync();
        var run = await AskAsync(program);
        await _asked.Task;
        var ballast = _disk.FillBut(0);
        _answer.SetResult();

        var full = await UntilAsync(program, run, v => v.TryGetProperty("why", out var why) && why.GetString()!.Contains("storage is full", StringComparison.Ordinal));
        Assert.Equal(3, full.GetProperty("head").GetInt64());
        using (var refused = await program.Client.PostAsJsonAsync("/v1/runs", Question))
        {
            Assert.Equal(HttpStatusCode.InsufficientStorage, refused.StatusCode);
            Assert.Equal("storage_full", (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        }

        Assert.Equal("degraded", (await program.Client.GetFromJsonAsync<JsonElement>("/health/ready")).GetProperty("status").GetString());
        Assert.Equal(1, (await program.Client.GetFromJsonAsync<JsonElement>("/v1/runs")).GetProperty("items").GetArrayLength());
        File.Delete(ballast);

        var ended = await UntilAsync(program, run, v => v.TryGetProperty("endedAt", out _));
        Assert.Equal("completed", ended.GetProperty("status").GetString());
        Assert.Single(_models.Received);
    }

    [Fact]
    public async Task A_flush_that_fails_for_good_acknowledges_nothing_more_and_a_sound_disk_goes_on()
    {
        string run;
        await using (var program = await StartAsync(
            "strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=8+"))
        {
            run = await UntilRefusedAsync(program);
        }

        _answer.TrySetResult();
        await using var sound = await StartAsync();
        var ended = await UntilAsync(sound, run, v => v.TryGetProperty("endedAt", out _));
        Assert.Equal("completed", ended.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_read_only_disk_serves_what_is_there_and_asks_no_model()
    {
        string run;
        _answer.SetResult();
        await using (var program = await StartAsync())
        {
            run = await AskAsync(program);
            await UntilAsync(program, run, v => v.TryGetProperty("endedAt", out _));
        }

        _disk.MakeReadOnly();
        await using var reading = await StartAsync();
        var view = await reading.Client.GetFromJsonAsync<JsonElement>(run);
        Assert.Equal("completed", view.GetProperty("status").GetString());
        using var refused = await reading.Client.PostAsJsonAsync("/v1/runs", Question);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Single(_models.Received);
    }

    private static object Question => new { agent = "docs", input = "Is anybody there?" };

    private Task<ServiceProgram> StartAsync(params string[] prefix) => ServiceProgram.StandaloneAsync(
        _disk.File("agents.db"),
        new Dictionary<string, string>
        {
            ["Models__default__Provider"] = "openai",
            ["Models__default__Endpoint"] = _models.Endpoint.ToString(),
            ["Models__default__Model"] = "scripted",
            ["Models__default__ApiKey"] = "test-key",
        },
        prefix);

    private static async Task<string> AskAsync(ServiceProgram program)
    {
        using var response = await program.Client.PostAsJsonAsync("/v1/runs", Question);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return response.Headers.Location!.ToString();
    }

    /// <summary>Starts runs until one is refused; gives the last that was acknowledged.</summary>
    private static async Task<string> UntilRefusedAsync(ServiceProgram program)
    {
        var last = "";
        for (var i = 0; i < 50; i++)
        {
            using var response = await program.Client.PostAsJsonAsync("/v1/runs", Question);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return last.Length > 0 ? last : throw new InvalidOperationException("The first run was refused already.");
            }

            last = response.Headers.Location!.ToString();
        }

        throw new InvalidOperationException("Fifty runs were taken by a disk that does not flush.");
    }

    private static async Task<JsonElement> UntilAsync(ServiceProgram program, string run, Func<JsonElement, bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var view = await program.Client.GetFromJsonAsync<JsonElement>(run);
            if (wanted(view))
            {
                return view;
            }

            Assert.False(patience.IsCancellationRequested, $"Waited 60 s; the run is {view}.");
            await Task.Yield();
        }
    }
}
