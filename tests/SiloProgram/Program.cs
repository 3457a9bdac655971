using System.Diagnostics;
using OrleansAgents.SiloProgram;

// Lines are the protocol; whatever else wants to print goes to the other stream.
var wire = Console.Out;
Console.SetOut(Console.Error);
var host = await ProgramHost.StartAsync(new(args[0], new Uri(args[1]), Client: args.ElementAtOrDefault(2) ?? ""), Die);
Tell(new Told(0));
while (await Console.In.ReadLineAsync() is { } line)
{
    _ = Task.Run(async () => Tell(await host.HandleAsync(Wire.Read<Ask>(line))));
}

// Nobody is left to tell anything; an orderly stop would only wait for held calls.
Die();

static void Die()
{
    using var me = Process.GetCurrentProcess();
    me.Kill();
}

void Tell(Told told)
{
    lock (wire)
    {
        wire.WriteLine(Wire.Line(told));
        wire.Flush();
    }
}
