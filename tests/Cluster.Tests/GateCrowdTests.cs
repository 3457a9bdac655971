using OrleansAgents.Events;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Many runs before few places, with messages, pauses and cancels among them.</summary>
public sealed class GateCrowdTests
{
    private const int Places = 3;

    [Fact]
    public async Task No_place_is_lost()
    {
        var (holds, free) = (false, new TaskCompletionSource());
        await using var server = await ModelServer.StartAsync(_ => Volatile.Read(ref holds)
            ? new Reply().Wait(free.Task).Text("Held.").Finish("stop")
            : new Reply().Text("Said.").Finish("stop"));
        using var folder = new TempFolder();
        var settings = TestSilo.ModelAt(server);
        settings["Models:default:MaxConcurrent"] = $"{Places}";
        settings["Workspace:Path"] = Path.GetDirectoryName(folder.File("x"));
        await using var journal = new SqliteJournal(folder.File("agents.db"));
        await using var silo = await TestSilo.StartAsync(journal, settings);

        var runs = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var id = await silo.StartRunAsync("docs", $"{i}?");
            for (var m = 0; m < 3; m++)
            {
                _ = await silo.Run(id).MessageAsync($"And {m}?", i % 4 == 0 ? MessageDelivery.Interrupt : MessageDelivery.Steer, TestSilo.Meta());
            }

            if (i % 5 == 0)
            {
                _ = await silo.Run(id).PauseAsync(PauseMode.Now, TestSilo.Meta());
                _ = await silo.Run(id).ResumeAsync(TestSilo.Meta());
            }
            else if (i % 7 == 0)
            {
                _ = await silo.Run(id).CancelAsync(null, TestSilo.Meta());
            }

            return id;
        }));
        foreach (var id in runs)
        {
            await silo.UntilEndedAsync(id);
        }

        // As many may ask at once as before.
        Volatile.Write(ref holds, true);
        var held = await Task.WhenAll(Enumerable.Range(0, Places).Select(i => silo.StartRunAsync("docs", $"Held {i}?")));
        foreach (var id in held)
        {
            await silo.UntilAsync(id, v => v.Head == 3, "to ask");
        }

        free.SetResult();
        foreach (var id in held)
        {
            await silo.UntilEndedAsync(id);
        }
    }
}
