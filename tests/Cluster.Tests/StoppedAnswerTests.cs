using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using OrleansAgents.Threads;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A stop or a pause in the middle keeps what was said: after a reload, after a restart, and in the next turn.</summary>
public sealed class StoppedAnswerTests : IAsyncLifetime
{
    private const string Thread = "thr_stopped_stopped_stopped";
    private static readonly Task Never = new TaskCompletionSource().Task;
    private readonly TempFolder _folder = new();
    private readonly TaskCompletionSource _inTool = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;
    private TestSilo _silo = null!;
    private int _lives;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync();
        _journal = new SqliteJournal(_folder.File("agents.db"));
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    public static TheoryData<string, bool> Places
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var place in new[] { "answer", "reasoning", "before the first token", "tool" })
            {
                data.Add(place, true);
                data.Add(place, false);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Places))]
    public async Task What_was_said_stays_and_the_next_request_is_valid(string place, bool cancels)
    {
        _models.Reply(r => _ = place switch
        {
            "answer" => r.Reasoning("Let me think.").Text("The capital is").Wait(Never),
            "reasoning" => r.Reasoning("Let me think.").Wait(Never),
            "tool" => r.Text("I look.").Call("wait", "{}").Finish("tool_calls"),
            _ => r.Wait(Never),
        }).Script(_ => new Reply().Text("Vienna.").Finish("stop"));
        var run = await PostAsync("What is it?");
        await ReachedAsync(run, place);

        var stop = cancels ? await _silo.Run(run).CancelAsync("enough", Meta()) : await _silo.Run(run).PauseAsync(PauseMode.Now, Meta());
        Assert.Null(stop.Problem);
        await _silo.UntilAsync(run, v => v.EndedAt is not null || v.Status == RunStatus.Paused, "to stop");
        await SaidAsync(run, place);
        await _silo.CrashAsync();
        await StartAsync();
        await SaidAsync(run, place);

        if (!cancels)
        {
            Assert.Null((await _silo.Run(run).ResumeAsync(Meta())).Problem);
            Assert.Equal("Vienna.", (await _silo.UntilEndedAsync(run)).Output!.Inline);
            Valid(_models.Received[^1], place);
        }

        var next = await PostAsync("And its river?");
        await _silo.UntilEndedAsync(next);
        Valid(_models.Received[^1], place);
        Assert.Equal("And its river?", _models.Received[^1].LastText);
        foreach (var step in (await _silo.Reader.StepsAsync(Principal.Local, next, 0, 10)).Value!.Items.Where(s => s.Kind == "model"))
        {
            Assert.True((await _silo.Reader.ContextAsync(Principal.Local, next, step.Step)).Value!.Matches);
        }
    }

    /// <summary>By whom it was stopped, and what stays of it.</summary>
    private async Task SaidAsync(string run, string place)
    {
        var events = (await _silo.EventsAsync(run)).Select(e => e.Decode()).ToList();
        Assert.Equal("local", events.OfType<RunCancelling>().Select(c => c.By).Concat(events.OfType<RunPaused>().Select(p => p.By)).Single());
        var stopped = events.OfType<ModelCompleted>().SingleOrDefault(m => m.FinishReason == "interrupted");
        Assert.Equal(place is "answer" or "reasoning", stopped is not null);
        var messages = (await _silo.Grains.GetGrain<IThreadReader>(0).MessagesAsync(Principal.Local, Thread, 0, 10)).Value!.Items;
        if (place == "answer")
        {
            Assert.Equal("The capital is", stopped!.Content.OfType<TextPart>().Single().Text.Inline);
            Assert.True(stopped.Usage is { InputTokens: > 0, OutputTokens: > 0 });
            Assert.Contains(messages, m => m is { Role: "assistant", Interrupted: true, Content.Inline: "The capital is" });
        }
        else
        {
            Assert.DoesNotContain(messages, m => m.Interrupted == true);
        }
    }

    /// <summary>What every server takes: no empty message, and the last word is not the model's own.</summary>
    private static void Valid(ReceivedRequest request, string place)
    {
        Assert.All(request.Messages, m => Assert.True(
            ReceivedRequest.Text(m).Length > 0 || m.TryGetProperty("tool_calls", out _), $"An empty message: {m}"));
        Assert.NotEqual("assistant", ReceivedRequest.Role(request.Messages[^1]));
        Assert.Equal(place == "answer", request.Messages.Any(m => ReceivedRequest.Text(m) == "The capital is"));
        var calls = request.Messages.Where(m => m.TryGetProperty("tool_calls", out _)).SelectMany(m => m.GetProperty("tool_calls").EnumerateArray()).Count();
        Assert.Equal(calls, request.Messages.Count(m => ReceivedRequest.Role(m) == "tool"));
    }

    private async Task ReachedAsync(string run, string place)
    {
        if (place == "tool")
        {
            await _inTool.Task.WaitAsync(TimeSpan.FromSeconds(30));
            return;
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _silo.UntilSaidAsync(run, place switch { "answer" => "Let me think.The capital is", "reasoning" => "Let me think.", _ => "" });
        while (_models.Received.Count == 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task<string> PostAsync(string input)
    {
        var posted = await _silo.Grains.GetGrain<IThreadGrain>(Thread).PostAsync(new(input, "plain", WhenBusy.Queue), Meta());
        Assert.Null(posted.Problem);
        return posted.RunId!;
    }

    private static CommandMeta Meta() => TestSilo.Meta();

    private async Task StartAsync()
    {
        _lives++;
        _silo = await TestSilo.StartAsync(_journal, TestSilo.ModelAt(_models), s => s
        .AddTool(new ToolRegistration(
            async (CancellationToken cut) =>
            {
                _inTool.TrySetResult();
                await Task.Delay(_lives > 1 ? 0 : Timeout.Infinite, cut);
                return "looked";
            },
            "wait")
        {
            Effect = ToolEffect.ReadOnly,
        })
        .AddAgent(new AgentDeclaration("plain", "Answers.", "Answer.", ["wait"])));
    }
}
