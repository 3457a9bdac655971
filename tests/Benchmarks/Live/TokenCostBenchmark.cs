namespace OrleansAgents.Benchmarks.Live;

/// <summary>CPU of the silo for a streamed token, while 500 runs speak and each has its viewer.</summary>
internal static class TokenCostBenchmark
{
    private const int Starts = 2;
    private const int Passes = 4;
    private const int Runs = 500;
    private const int Tokens = 300;
    private const int Pace = 50;

    public static async Task RunAsync(IReadOnlyList<Checkout> builds)
    {
        await Interleaved.RunAsync("token-cost", "siloCpuMicrosPerToken", builds, Starts, Passes, build => StartAsync(build), stand => MeasureAsync(stand));
        if (CpuProfile.IsPossible)
        {
            await using var stand = await StartAsync(builds[^1], CpuProfile.Settings);
            var profile = (CpuProfile?)null;
            var micros = await MeasureAsync(stand, async speakAsync => profile = await CpuProfile.TakeAsync(stand.Silo.ProcessId, speakAsync));
            profile!.Print($"token-cost, {builds[^1].Name}", micros, "token");
        }
    }

    /// <summary>The first crowd is for the compilers.</summary>
    private static async Task<LiveStand> StartAsync(Checkout build, IReadOnlyDictionary<string, string>? further = null)
    {
        var stand = await LiveStand.StartAsync(build, further);
        await MeasureAsync(stand);
        return stand;
    }

    /// <param name="watchAsync">What watches the silo while the runs speak.</param>
    /// <returns>Microseconds of CPU for a token, from the first one to the end of the last run.</returns>
    private static async Task<double> MeasureAsync(LiveStand stand, Func<Func<Task>, Task>? watchAsync = null)
    {
        var ids = await stand.StartHeldAsync(Runs, Tokens, Pace);
        var times = new TokenTimes();
        using var started = new CountdownEvent(Runs);
        var watching = ids.Select(id => stand.WatchAsync(id, times, started)).ToList();
        await Task.Run(() => started.Wait(TimeSpan.FromSeconds(60)));
        await Interleaved.QuietAsync(stand.Silo);
        var before = stand.Silo.Cpu;
        await (watchAsync?.Invoke(SpeakAsync) ?? SpeakAsync());
        var seen = watching.Sum(w => w.Result);
        return seen == Runs * Tokens
            ? (stand.Silo.Cpu - before).TotalMicroseconds / seen
            : throw new InvalidOperationException($"Only {seen} of {Runs * Tokens} tokens came.");

        Task SpeakAsync()
        {
            stand.Model.Release();
            return Task.WhenAll(watching);
        }
    }
}
