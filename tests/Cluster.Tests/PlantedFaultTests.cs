using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Tools;
using OrleansAgents.Cluster.Tests.Faults;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>An exception at call 1, 2, 3 … of every seam, until a run completes untouched: no fault leaves a run in a state that nobody can see and end.</summary>
public sealed class PlantedFaultTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, Planted> _planted = new[] { "journal", "journal after", "model", "codec", "tool", "clock" }.ToDictionary(s => s, _ => new Planted());
    private readonly ConcurrentDictionary<string, int> _paid = new();
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;
    private TestSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => r.Turn switch
        {
            0 => new Reply().Call("look", """{"what":"it"}""").Call("pay", """{"what":"it"}""").Finish("tool_calls"),
            _ => new Reply().Text("done").Finish("stop"),
        });
        _journal = new SqliteJournal(_folder.File("agents.db"));
        _silo = await TestSilo.StartAsync(new PlantedJournal(_journal, _planted["journal"], _planted["journal after"]), TestSilo.ModelAt(_models), s =>
        {
            s.AddTool(new ToolRegistration((string what) => new string('x', 100_000), "look") { Effect = ToolEffect.ReadOnly });
            s.AddTool(new ToolRegistration((string what, ToolCall call) => _paid.AddOrUpdate(call.RunId, 1, (_, n) => n + 1), "pay"));
            s.AddAgent(new AgentDeclaration("plain", "Answers.", "Answer.", ["look", "pay"]));
            s.AddSingleton(new RunsOptions { Tick = TimeSpan.FromMilliseconds(50), TicksPerSweep = 1 });
            s.AddSingleton<TimeProvider>(new PlantedClock(_planted["clock"]));
            s.AddSingleton<ModelCaller>();
            s.AddSingleton<ToolCaller>();
            s.AddSingleton<IModelCaller>(p => new PlantedModels(p.GetRequiredService<ModelCaller>(), _planted["model"], _planted["codec"]));
            s.AddSingleton<IToolCaller>(p => new PlantedTools(p.GetRequiredService<ToolCaller>(), _planted["tool"]));
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("journal")]
    [InlineData("journal after")]
    [InlineData("model")]
    [InlineData("codec")]
    [InlineData("tool")]
    [InlineData("clock")]
    public async Task Every_run_ends_waits_or_pauses_with_a_why(string seam)
    {
        var faults = _planted[seam];
        for (var call = 1; ; call++)
        {
            Assert.True(call < 500, "The run never completes untouched.");
            var id = JournalIds.NewRun();
            faults.At(call);
            await StartAsync(id);
            var view = await RestsAsync(id, $"call {call} of {seam}");
            var untouched = !faults.HasThrown;
            faults.At(int.MaxValue);

            var rows = await _journal.ReadAsync(id, 0, 500);
            Assert.Empty(JournalRules.Check(rows, new Dictionary<string, ToolEffect> { ["pay"] = ToolEffect.AtMostOnce }));
            Assert.InRange(_paid.GetValueOrDefault(id), 0, 1);
            await GoneAsync(id, $"call {call} of {seam}");
            if (view.EndedAt is null)
            {
                Assert.NotNull(view.Why);
                await CancelAsync(id);
            }

            if (untouched)
            {
                Assert.Equal(RunStatus.Completed, view.Status);
                Assert.Equal(1, _paid[id]);
                return;
            }
        }
    }

    private async Task StartAsync(string id)
    {
        var meta = TestSilo.Meta(id);
        await UntilAsync($"{id} to be started", async () => (await _silo.Run(id).StartAsync(new("plain", "Do it."), meta)).Receipt is not null);
    }

    private async Task<RunView> RestsAsync(string id, string fault)
    {
        RunView? view = null;
        await UntilAsync($"{id} to rest after {fault}; it is {view}", async () =>
        {
            view = (await _silo.Reader.ViewAsync(Principal.Local, id)).Value;
            return view is { EndedAt: not null } or { Status: RunStatus.Paused } or { Status: RunStatus.Waiting, Reason: WaitReason.Decision };
        });
        return view!;
    }

    /// <summary>No effect is registered: the activation is gone.</summary>
    private Task GoneAsync(string id, string fault) => UntilAsync(
        $"{id} to have nothing in flight after {fault}", () => Task.FromResult(!_silo.Services.GetRequiredService<LocalRuns>().Contains(id)));

    private Task CancelAsync(string id) => UntilAsync(
        $"{id} to be cancelled", async () => (await _silo.Run(id).CancelAsync(null, TestSilo.Meta($"cancel-{id}"))).Receipt is not null);

    private static async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                if (await holds())
                {
                    return;
                }
            }
            catch (InvalidOperationException)
            {
                // A reader met the planted fault.
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"Waited {Patience.TotalSeconds} s for {what}.");
            await Task.Yield();
        }
    }
}
