using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OrleansAgents.Client;
using OrleansAgents.EventHubsServer;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Azure.Tests;

/// <summary>A configuration that cannot work stops the start: one sentence that names the key, and no secret in it.</summary>
public sealed class StartTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private AzureCluster _azure = null!;

    public async ValueTask InitializeAsync() => _azure = await AzureCluster.StartAsync();

    public async ValueTask DisposeAsync() => await _azure.DisposeAsync();

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "Silo", "storage text", "Azure:Storage:ConnectionString is no connection string of a storage account; copy it from the account's access keys." },
        { "Silo", "storage twice", "Azure:Storage:ConnectionString and Azure:Storage:ServiceUri are both set; give one of them." },
        { "Silo", "storage address", "Azure:Storage:ServiceUri is no https address; give that of the account's tables, such as https://account.table.core.windows.net." },
        { "Silo", "hub address", "Azure:EventHubs:Namespace is no host name; give one such as name.servicebus.windows.net." },
        { "Silo", "hub without key", "Azure:EventHubs:ConnectionString is no connection string of an Event Hubs namespace; " },
        { "Gateway", "hub is storage", "Azure:EventHubs:ConnectionString is no connection string of an Event Hubs namespace; " },
        { "Silo", "hub group", "Azure:EventHubs has no event hub 'run-events', or no consumer group 'nobody' of it." },
        { "Silo", "storage key", "Azure:Storage refuses the key or the identity (HTTP 403, " },
        { "Silo", "storage away", "Azure:Storage does not answer: Connection refused" },
        { "Silo", "no storage", "Azure:EventHubs needs Azure:Storage as well, " },
        { "Silo", "hub text", "Azure:EventHubs:ConnectionString is no connection string of an Event Hubs namespace; copy it from the namespace's access policies." },
        { "Silo", "hub name", "Azure:EventHubs has no event hub 'nobody', or no consumer group '$Default' of it." },
        { "Silo", "hub key", "Azure:EventHubs refuses the key or the identity." },
        { "Silo", "hub away", "Azure:EventHubs does not answer: " },
        { "Gateway", "hub is silent", "Azure:EventHubs does not answer" },
        { "Silo", "table name", "Azure:EventHubs:CheckpointTable is 'a-b'; give 3 to 63 letters and digits, a letter first." },
        { "Silo", "two hubs", "Azure:EventHubs:Hub is 'other', but the connection string is one of the event hub 'run-events'; " },
        { "Gateway", "storage key", "Azure:Storage refuses the key or the identity (HTTP 403, " },
        { "Gateway", "hub name", "Azure:EventHubs has no event hub 'nobody', or no consumer group '$Default' of it." },
        { "Standalone", "storage text", "Azure:Storage:ConnectionString is no connection string of a storage account; copy it from the account's access keys." },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task What_is_wrong_is_said_in_a_sentence(string program, string wrong, string sentence)
    {
        var settings = _azure.Settings(wrong switch
        {
            "storage text" => [("Azure__Storage__ConnectionString", "secret-text")],
            "storage twice" => [("Azure__Storage__ServiceUri", "https://account.table.core.windows.net")],
            "storage address" => [("Azure__Storage__ConnectionString", ""), ("Azure__Storage__ServiceUri", "AccountName=a;AccountKey=secret-text")],
            "storage key" => [("Azure__Storage__ConnectionString", _azure.Storage.WithWrongKey)],
            "no storage" => [("Azure__Storage__ConnectionString", "")],
            "hub address" => [("Azure__EventHubs__ConnectionString", ""), ("Azure__EventHubs__Namespace", "Endpoint=sb://a/;SharedAccessKey=secret-text")],
            "hub without key" => [("Azure__EventHubs__ConnectionString", "Endpoint=sb://secret-text.servicebus.windows.net/")],
            "hub is storage" => [("Azure__EventHubs__ConnectionString", _azure.Storage.WithWrongKey)],
            "hub group" => [("Azure__EventHubs__ConsumerGroup", "nobody")],
            "hub text" => [("Azure__EventHubs__ConnectionString", "secret-text")],
            "hub name" => [("Azure__EventHubs__Hub", "nobody")],
            "hub key" => [("Azure__EventHubs__ConnectionString", _azure.Hub.ConnectionString.Replace("SharedAccessKey=", "SharedAccessKey=secret-text"))],
            "table name" => [("Azure__EventHubs__CheckpointTable", "a-b")],
            "two hubs" => [("Azure__EventHubs__ConnectionString", _azure.Hub.ConnectionString + "EntityPath=run-events"), ("Azure__EventHubs__Hub", "other")],
            _ => [],
        });
        if (wrong == "storage away")
        {
            await _azure.Storage.StopAsync();
        }
        else if (wrong == "hub group")
        {
            // The stand-in has every group: it says what the service says of one that it has not.
            _azure.Hub.Faults = Faults.None with { RefuseReceivers = new("amqp:not-found", "The messaging entity 'run-events/consumergroups/nobody' could not be found.") };
        }
        else if (wrong == "hub is silent")
        {
            _azure.Hub.Faults = Faults.None with { HoldEverything = true };
        }
        else if (wrong == "hub away")
        {
            await _azure.Hub.DisposeAsync();
        }

        var (code, said) = await RunAsync(program, settings);

        Assert.Equal(1, code);
        Assert.Contains($"cannot start. {sentence}", said);
        Assert.DoesNotContain("   at ", said);
        Assert.DoesNotContain("secret-text", said);
    }

    [Fact]
    public void A_client_that_was_put_on_this_machine_before_says_so()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new("Azure:Storage:ConnectionString", _azure.Storage.ConnectionString)]);

        var refusal = Assert.Throws<InvalidOperationException>(() => builder.UseOrleansClient(client => client.AddAgentsClient().UseAzure()));

        Assert.StartsWith("Call UseAzure() before AddAgentsClient()", refusal.Message);
    }

    private async Task<(int Code, string Said)> RunAsync(string program, Dictionary<string, string> settings)
    {
        var dll = Path.Combine(Repository.Root, "src", program, "bin", Repository.Configuration, "net10.0", program == "Standalone" ? "Standalone.dll" : $"OrleansAgents.{program}.dll");
        var start = new ProcessStartInfo("dotnet", [dll]) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        settings["Storage__ConnectionString"] = _azure.Folder.File("agents.db");
        settings["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WaitAsync(Patience);
            await process.WaitForExitAsync();
            return (process.ExitCode, string.Concat(said));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
