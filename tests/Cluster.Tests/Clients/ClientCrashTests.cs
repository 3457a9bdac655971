using OrleansAgents.Cluster.Tests.Crashes;
using OrleansAgents.Events;
using OrleansAgents.SiloProgram;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests.Clients;

/// <summary>kill -9 of the process in the middle of an answer through a client that is not ours.</summary>
public sealed class ClientCrashTests
{
    [Theory]
    [InlineData(OwnClients.Ollama)]
    [InlineData(OwnClients.Anthropic)]
    public async Task The_next_process_asks_again_and_calls_no_tool_twice(string kind)
    {
        await using var server = await WireServer.StartAsync(kind);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource();
        server.Script = turn => turn switch
        {
            0 => new ClientReply().Think("First both.").Redacted("more")
                .Call(ProgramTools.Look, """{"what":"a table"}""").Call(ProgramTools.Pay, """{"what":"the bill","hold":false}"""),
            1 when asked.TrySetResult() => new ClientReply().Think("Now").Say("It is ").Wait(never.Task),
            _ => new ClientReply().Think("Now again.").Say("It is done."),
        };
        using var folder = new TempFolder();
        var settings = new ProgramSettings(folder.Path, server.Endpoint, Client: kind);
        var run = $"run_{Guid.NewGuid():n}";
        await using (var first = (SiloProcess)await SiloProcess.StartAsync(settings))
        {
            Assert.Null((await first.AskAsync(new("start", run, "start-1", "do both"))).Problem);
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
            first.Kill();
        }

        await using var second = await SiloProcess.StartAsync(settings);
        var look = (await second.AskAsync(new("look", run))).Look!;
        while (!look.Ended)
        {
            look = (await second.AskAsync(new("look", run, Number: look.Head))).Look!;
        }

        Assert.Equal($"{RunStatus.Completed}", look.Status);
        Assert.Equal(3, server.Received.Count);
        Assert.Equal([ProgramTools.Look, ProgramTools.Pay], ToolLog.Read(folder.Path).Select(t => t.Tool).Order());
        var events = (await second.AskAsync(new("record", run, Value: ""))).Record!.Events.Select(e => e.Decode()).ToList();
        Assert.Equal(3, events.OfType<ModelStarted>().Count());
        Assert.Equal("It is done.", Assert.IsType<TextPart>(events.OfType<ModelCompleted>().Last().Content[^1]).Text.Inline);
    }
}
