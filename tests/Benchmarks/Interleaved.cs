using OrleansAgents.Testing;

namespace OrleansAgents.Benchmarks;

/// <summary>One figure of several builds, measured in turns, because the machine changes more in a minute than builds differ.</summary>
internal static class Interleaved
{
    /// <summary>Starts every build several times, and measures those that run side by side in turns, a different one first each time.</summary>
    /// <param name="figure">What the printed lines are about.</param>
    /// <param name="unit">Name of the figure in them.</param>
    public static async Task RunAsync<TStand>(
        string figure, string unit, IReadOnlyList<Checkout> builds, int starts, int passes,
        Func<Checkout, Task<TStand>> startAsync, Func<TStand, Task<double>> measureAsync)
        where TStand : IAsyncDisposable
    {
        var figures = builds.Select(_ => new List<double>()).ToArray();
        for (var start = 0; start < starts; start++)
        {
            var stands = new List<TStand>();
            try
            {
                foreach (var build in builds)
                {
                    stands.Add(await startAsync(build));
                }

                for (var pass = 0; pass < passes; pass++)
                {
                    var order = Enumerable.Range(0, builds.Count);
                    foreach (var i in pass % 2 == 0 ? order : order.Reverse())
                    {
                        figures[i].Add(await measureAsync(stands[i]));
                    }
                }
            }
            finally
            {
                foreach (var stand in stands)
                {
                    await stand.DisposeAsync();
                }
            }
        }

        Print(figure, unit, builds, figures);
    }

    /// <summary>Until the process has nothing to do any more: its compiler works on for a while.</summary>
    public static async Task QuietAsync(ServiceProgram service)
    {
        for (TimeSpan before, after = service.Cpu; ;)
        {
            before = after;
            await Task.Delay(300);
            after = service.Cpu;
            if (after - before < TimeSpan.FromMilliseconds(20))
            {
                return;
            }
        }
    }

    /// <summary>The ratio is the median over the passes: the two of a pass have run one right after the other.</summary>
    private static void Print(string figure, string unit, IReadOnlyList<Checkout> builds, IReadOnlyList<double>[] figures)
    {
        for (var i = 0; i < builds.Count; i++)
        {
            Bench.Print($"{figure}, {builds[i].Name}", new Dictionary<string, object>
            {
                [unit] = figures[i].Select(f => Math.Round(f, 1)),
                ["median"] = Math.Round(Bench.Median(figures[i]), 1),
            });
        }

        if (builds is [var old, var current])
        {
            var ratios = figures[1].Zip(figures[0], (after, before) => after / before).Order().ToList();
            var half = ratios.Count / 2;
            Bench.Print($"{figure}, {current.Name} / {old.Name}", new
            {
                ratio = Math.Round((ratios[half] + ratios[^(ratios.Count - half)]) / 2, 3),
                lowerQuarter = Math.Round(Bench.Percentile(ratios, 0.25), 3),
                upperQuarter = Math.Round(Bench.Percentile(ratios, 0.75), 3),
            });
        }
    }
}
