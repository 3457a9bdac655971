using System.Diagnostics;
using System.Globalization;
using Azure.Messaging.EventHubs.Consumer;

namespace OrleansAgents.EventHubsServer.Tests;

public sealed class ProgramTests
{
    [Fact]
    public async Task The_program_serves_a_hub_until_it_is_terminated()
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "OrleansAgents.EventHubsServer.dll"), "--port", "0", "--hub", Clients.Hub, "--partitions", "2"];
        using var program = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        try
        {
            var ready = await program.StandardOutput.ReadLineAsync().WaitAsync(Clients.Patience);
            Assert.StartsWith("Event hub orders is ready at 127.0.0.1:", ready, StringComparison.Ordinal);
            var port = int.Parse(ready!.Split(':')[1], CultureInfo.InvariantCulture);
            await using var clients = new Clients(
                $"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;");
            await clients.Producer().SendAsync("1", 1);
            Assert.Equal([1], await clients.Receiver("1", EventPosition.Earliest).NumbersAsync(1));

            using var kill = Process.Start("kill", ["-TERM", program.Id.ToString(CultureInfo.InvariantCulture)]);
            await program.WaitForExitAsync().WaitAsync(Clients.Patience);
            Assert.Equal(0, program.ExitCode);
        }
        finally
        {
            if (!program.HasExited)
            {
                program.Kill();
            }
        }
    }
}
