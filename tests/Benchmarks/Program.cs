using OrleansAgents.Benchmarks;

if (args is [RecoveryBenchmark.ChildVerb, var file])
{
    await RecoveryBenchmark.ChildAsync(file);
    return 0;
}

if (args is ["slow"])
{
    await SlowReadersBenchmark.RunAsync(normal: 1_000, slow: 100);
    return 0;
}

// `steps` runs all of its parts in this order; `steps throughput flatness` only those.
var parts = new (string Name, Func<Task> RunAsync)[]
{
    ("baselines", StepsBenchmark.BaselinesAsync),
    ("throughput", StepsBenchmark.ThroughputAsync),
    ("ratio", StepsBenchmark.RatioAsync),
    ("lengths", StepsBenchmark.LengthsAsync),
    ("flatness", StepsBenchmark.FlatnessAsync),
    ("bytes", StepsBenchmark.BytesAsync),
    ("killed", RecoveryBenchmark.KilledAsync),
    ("paused", RecoveryBenchmark.PausedAsync),
};
if (args is not ["steps", .. var wanted] || wanted.Except(parts.Select(p => p.Name)).Any())
{
    Console.Error.WriteLine($"Usage: slow, or steps [{string.Join(" | ", parts.Select(p => p.Name))}] …");
    return 2;
}

foreach (var (name, runAsync) in parts)
{
    if (wanted.Length == 0 || wanted.Contains(name))
    {
        await runAsync();
    }
}

return 0;
