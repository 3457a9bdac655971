using System.Diagnostics;
using OrleansAgents.Silo;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>The samples, run as their first line says, against the program as it is delivered.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task The_console_client_shows_an_answer_as_it_comes()
    {
        using var folder = new TempFolder();
        await using var service = await ServiceProgram.StandaloneAsync(
            folder.File("agents.db"), new Dictionary<string, string> { ["Models__default__Provider"] = "demo", ["Models__default__Pace"] = "0" });
        using var client = Process.Start(Sample(
            "ConsoleClient", [], "What is a step?", "thr_of_the_console_sample", service.Client.BaseAddress!.ToString()))!;
        var said = await client.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await client.WaitForExitAsync();

        Assert.Equal(0, client.ExitCode);
        Assert.Contains("[search_documents ", said, StringComparison.Ordinal);
        Assert.Contains("> ", said, StringComparison.Ordinal);
        Assert.EndsWith("run.completed", said.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_worker_starts_runs_and_tells_of_their_end()
    {
        using var folder = new TempFolder();
        var port = Ports.Free();
        await using var silo = await ServiceProgram.SiloAsync(
            folder.File("agents.db"), Ports.Free(), port, new Dictionary<string, string> { ["Models__default__Pace"] = "0" });
        using var worker = Process.Start(Sample("Worker", new() { ["Orleans__Endpoints__GatewayPort"] = $"{port}" }, "What is a run?", "What is a step?"))!;
        var (started, ended) = (new HashSet<string>(), new HashSet<string>());
        while (ended.Count < 2 && await worker.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            _ = line.Split(' ') switch
            {
                ["started", var id] => started.Add(id),
                ["run.completed", var id] => ended.Add(id),
                _ => false,
            };
        }

        worker.Kill();
        Assert.Equal(2, started.Count);
        Assert.Equal(started, ended);
    }

    private static ProcessStartInfo Sample(string name, Dictionary<string, string> settings, params string[] args)
    {
        var dll = Path.Combine(Repository.Root, "samples", name, "bin", Repository.Configuration, "net10.0", $"{name}.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [dll, .. args]) { RedirectStandardOutput = true };
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        return start;
    }
}
