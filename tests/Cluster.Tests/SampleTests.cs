using System.Diagnostics;
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
        var sample = Path.Combine(Repository.Root, "samples", "ConsoleClient", "bin", Repository.Configuration, "net10.0", "ConsoleClient.dll");
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [sample, "What is a step?", "thr_of_the_console_sample", service.Client.BaseAddress!.ToString()])
        { RedirectStandardOutput = true };
        using var client = Process.Start(start)!;
        var said = await client.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await client.WaitForExitAsync();

        Assert.Equal(0, client.ExitCode);
        Assert.Contains("[search_documents ", said, StringComparison.Ordinal);
        Assert.Contains("> ", said, StringComparison.Ordinal);
        Assert.EndsWith("run.completed", said.TrimEnd(), StringComparison.Ordinal);
    }
}
