using System.Diagnostics;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Host.Tests;

/// <summary>The JavaScript sample, run as its first lines say, against the program as it is delivered.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task The_javascript_client_shows_an_answer_as_it_comes()
    {
        using var folder = new TempFolder();
        await using var service = await ServiceProgram.StandaloneAsync(
            folder.File("agents.db"), new Dictionary<string, string> { ["Models__default__Provider"] = "demo", ["Models__default__Pace"] = "0" });
        var sample = Path.Combine(Repository.Root, "samples", "javascript");
        var usage = (await File.ReadAllLinesAsync(Path.Combine(sample, "chat.mjs")))[1];
        Assert.StartsWith("// npm start -- \"What is a run?\" ", usage, StringComparison.Ordinal);
        var start = new ProcessStartInfo(
            "npm", ["start", "--silent", "--", "What is a step?", "thr_of_the_javascript_sample", service.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)])
        {
            WorkingDirectory = sample,
            RedirectStandardOutput = true,
        };
        using var client = Process.Start(start)!;
        var said = await client.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await client.WaitForExitAsync();

        Assert.Equal(0, client.ExitCode);
        Assert.Contains("[search_documents ", said, StringComparison.Ordinal);
        Assert.Contains("> ", said, StringComparison.Ordinal);
        Assert.EndsWith("run.completed", said.TrimEnd(), StringComparison.Ordinal);
    }
}
