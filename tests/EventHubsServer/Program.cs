using System.Runtime.InteropServices;
using OrleansAgents.EventHubsServer;

if (Option("--hub") is not { Length: > 0 } name || !int.TryParse(Option("--port"), out var port) || !int.TryParse(Option("--partitions"), out var partitions))
{
    Console.Error.WriteLine("Usage: --port N --hub NAME --partitions N");
    return 2;
}

var end = new TaskCompletionSource();
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
await using var hub = EventHubServer.Start(name, partitions, port);
Console.WriteLine($"Event hub {name} is ready at 127.0.0.1:{hub.Port}");
await end.Task;
return 0;

string? Option(string option) => Array.IndexOf(args, option) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : null;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    end.TrySetResult();
}
