using System.Text;
using Microsoft.Extensions.Configuration;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Gateway.Tests.Streams;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Auth;

public sealed class NewKeyTests
{
    [Theory, InlineData(true), InlineData(false)]
    public async Task What_it_prints_configures_a_service_that_takes_the_key(bool asFile)
    {
        var (code, printed, _) = Run("--user", "alice", "--tenant", "north", "--roles", "view,steer");
        Assert.Equal(0, code);
        var lines = printed.Split('\n');
        var key = lines.Single(line => line.StartsWith(ApiKey.Prefix, StringComparison.Ordinal));
        var json = printed[printed.IndexOf('{')..(printed.LastIndexOf('}') + 1)];
        Assert.DoesNotContain(key, json);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var settings = asFile
            ? [.. new ConfigurationBuilder().AddJsonStream(stream).Build().AsEnumerable().Where(s => s.Value is not null).Select(s => (s.Key, s.Value!))]
            : lines.Where(l => l.StartsWith("Auth__", StringComparison.Ordinal)).Select(l => l.Split('=', 2)).Select(p => (p[0].Replace("__", ":", StringComparison.Ordinal), p[1])).ToArray();

        await using var gateway = await ScriptedGateway.StartAsync(settings);
        gateway.Runs.Run("run_a").Record(SampleEvents.Created);
        (string, string) bearer = ("Authorization", "Bearer " + key);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/v1/agents", null, bearer)).Status);
        Assert.Equal(403, (await gateway.SendAsync(HttpMethod.Post, "/v1/runs", "{}", bearer)).Status);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, "/v1/runs/run_a/pause", "{}", bearer)).Status);
        Assert.Equal(new("north", "alice"), gateway.Runs.Commands.Single().Meta.Principal);
    }

    [Theory]
    [InlineData("--user", ""), InlineData("--user", "alice", "--roles", "owner"), InlineData("--user", "alice", "--roles", "")]
    [InlineData("--user", "alice", "--role", "view"), InlineData("--tenant", "north"), InlineData("--user")]
    public void What_it_cannot_make_it_says_and_how_it_is_used(params string[] args)
    {
        var (code, printed, said) = Run(args);
        Assert.Equal((1, ""), (code, printed));
        Assert.Contains("Use: new-key --user", said);
    }

    private static (int Code, string Printed, string Said) Run(params string[] args)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter());
        return (NewKey.Run(["new-key", .. args], output, error), output.ToString(), error.ToString());
    }
}
