using OrleansAgents.Benchmarks;
using OrleansAgents.Benchmarks.Context;
using OrleansAgents.Benchmarks.Live;

if (args is [RecoveryBenchmark.ChildVerb, var file])
{
    await RecoveryBenchmark.ChildAsync(file);
    return 0;
}

if (args is ["context", ..])
{
    return ContextCommand.Run(args[1..]);
}

if (args is ["tokens", .. { Length: > 0 } files])
{
    TokenCounts.Print(files);
    return 0;
}

if (args is ["conversation"])
{
    ConversationCost.Print();
    return 0;
}

if (args is ["slow"])
{
    await SlowReadersBenchmark.RunAsync(normal: 1_000, slow: 100);
    return 0;
}

if (args is ["whole", .. var builds] && Checkout.Read(builds) is { } wholes)
{
    await WholeBenchmark.RunAsync(wholes);
    return 0;
}

if (args is ["token-cost", .. var tokenBuilds] && Checkout.Read(tokenBuilds) is { } tokens)
{
    await TokenCostBenchmark.RunAsync(tokens);
    return 0;
}

if (args is ["lists"])
{
    await ListsBenchmark.RunAsync();
    return 0;
}

if (args is ["outage"])
{
    await OutageBenchmark.RunAsync();
    return 0;
}

// `steps` runs all of its parts in this order; `steps throughput flatness` only those.
var verbs = new Dictionary<string, (string Name, Func<Task> RunAsync)[]>
{
    ["steps"] =
    [
        ("baselines", StepsBenchmark.BaselinesAsync),
        ("throughput", StepsBenchmark.ThroughputAsync),
        ("ratio", StepsBenchmark.RatioAsync),
        ("lengths", StepsBenchmark.LengthsAsync),
        ("flatness", StepsBenchmark.FlatnessAsync),
        ("bytes", StepsBenchmark.BytesAsync),
        ("killed", RecoveryBenchmark.KilledAsync),
        ("paused", RecoveryBenchmark.PausedAsync),
    ],
    ["stream"] =
    [
        ("viewer", ViewerBenchmark.OneAsync),
        ("first", ViewerBenchmark.FirstTokenAsync),
        ("crowd", CrowdBenchmark.ViewersAsync),
        ("runs", CrowdBenchmark.RunsAsync),
        ("idle", IdleBenchmark.ViewersAsync),
        ("live", IdleBenchmark.RunsAsync),
    ],
};
if (args is not [var verb, .. var wanted] || !verbs.TryGetValue(verb, out var parts) || wanted.Except(parts.Select(p => p.Name)).Any())
{
    Console.Error.WriteLine("Usage: slow");
    Console.Error.WriteLine($"Usage: whole {Checkout.Usage}");
    Console.Error.WriteLine($"Usage: token-cost {Checkout.Usage}");
    Console.Error.WriteLine("Usage: outage");
    Console.Error.WriteLine("Usage: lists");
    Console.Error.WriteLine("Usage: conversation");
    Console.Error.WriteLine("Usage: tokens FILE …");
    Console.Error.WriteLine(ContextCommand.Usage);
    foreach (var (name, all) in verbs)
    {
        Console.Error.WriteLine($"Usage: {name} [{string.Join(" | ", all.Select(p => p.Name))}] …");
    }

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
