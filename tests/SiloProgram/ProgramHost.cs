using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;

namespace OrleansAgents.SiloProgram;

/// <summary>What a program is started with.</summary>
/// <param name="Folder">Holds the journal file and the tool logs.</param>
/// <param name="Client">Which client asks the model, see <see cref="OwnClients"/>; empty for the product's own wire.</param>
internal sealed record ProgramSettings(string Folder, Uri Model, bool PayIsSaidToBeReadOnly = false, string Client = "");

/// <summary>A silo that does as it is told, line by line, and crashes at the write that was armed.</summary>
internal sealed class ProgramHost : IAsyncDisposable
{
    public const string Agent = "clerk";

    private readonly SqliteJournal _store;
    private readonly CrashingJournal _journal;
    private readonly ProgramTools _tools;
    private readonly TestSilo _silo;

    private ProgramHost(SqliteJournal store, CrashingJournal journal, ProgramTools tools, TestSilo silo) =>
        (_store, _journal, _tools, _silo) = (store, journal, tools, silo);

    /// <param name="crash">What a crash is.</param>
    /// <param name="plant">Puts a fault between the engine and its journal.</param>
    public static async Task<ProgramHost> StartAsync(ProgramSettings settings, Action crash, Func<IJournal, IJournal>? plant = null)
    {
        var store = new SqliteJournal(Path.Combine(settings.Folder, "agents.db"));
        var journal = new CrashingJournal(plant is null ? store : plant(store), crash);
        var tools = new ProgramTools(settings.Folder);
        var model = TestSilo.ModelAt(settings.Model);
        model["Models:default:MaxConcurrent"] = "1000";
        var silo = await TestSilo.StartAsync(journal, model, services =>
        {
            foreach (var tool in tools.Registrations(settings.PayIsSaidToBeReadOnly))
            {
                services.AddTool(tool);
            }

            if (settings.Client.Length > 0)
            {
                services.AddModel("default", OwnClients.Create(settings.Client, settings.Model));
            }

            services.AddAgent(new AgentDeclaration(Agent, "Does errands.", "Do as asked.", [ProgramTools.Look, ProgramTools.Book, ProgramTools.Pay]));

            // Snapshots are write points too, so a short run must have some; what a throw left behind is found at once.
            services.AddSingleton(new RunsOptions { SnapshotEvery = 5, Tick = TimeSpan.FromMilliseconds(100), TicksPerSweep = 1 });
        });
        return new(store, journal, tools, silo);
    }

    public async Task<Told> HandleAsync(Ask ask)
    {
        try
        {
            return await DoAsync(ask) with { No = ask.No, Crashed = _journal.Crashed };
        }
        catch (Exception e)
        {
            return new(ask.No, Problem: e is CrashException ? "crashed" : $"call_failed {e.GetType().Name}: {e.Message}", Crashed: _journal.Crashed);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _store.DisposeAsync();
    }

    private async Task<Told> DoAsync(Ask ask)
    {
        switch (ask.Op)
        {
            case "start":
                return Of(await _silo.Run(ask.Run).StartAsync(new(Agent, ask.Value!), TestSilo.Meta(ask.CommandId)));
            case "pause":
                return Of(await _silo.Run(ask.Run).PauseAsync(PauseMode.Step, TestSilo.Meta(ask.CommandId)));
            case "resume":
                return Of(await _silo.Run(ask.Run).ResumeAsync(TestSilo.Meta(ask.CommandId)));
            case "cancel":
                return Of(await _silo.Run(ask.Run).CancelAsync("enough", TestSilo.Meta(ask.CommandId)));
            case "resolve":
                return Of(await _silo.Run(ask.Run).ResolveAsync(ask.CallId!, Enum.Parse<CallDecision>(ask.Value!), null, TestSilo.Meta(ask.CommandId)));
            case "delete":
                return new(0, Problem: (await _silo.Reader.DeleteAsync(Principal.Local, ask.Run))?.Code);
            case "look":
                return new(0, Look: await LookAsync(ask.Run, ask.Number));
            case "record":
                return new(0, Record: await RecordAsync(ask.Run, ask.Value!.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            case "arm":
                _journal.Arm(ask.Run.Length == 0 ? null : ask.Run, ask.Number);
                return new(0);
            case "arm-delete":
                _journal.Arm(ask.Run, ask.Number, deletesOnly: true);
                return new(0);
            case "release":
                _tools.Release(ask.Run);
                return new(0);
            default:
                throw new NotSupportedException(ask.Op);
        }
    }

    /// <summary>The run once it is beyond the head already seen.</summary>
    private async Task<Look> LookAsync(string run, long after)
    {
        while (true)
        {
            var change = _journal.NextChange(run);
            var view = (await _silo.Reader.ViewAsync(Principal.Local, run)).Value;
            if (view is not null && (view.Head > after || view.EndedAt is not null))
            {
                return new(
                    view.Status.ToString(), view.Reason, view.Head, view.Step, view.EndedAt is not null,
                    [.. view.Pending.Select(p => new PendingDecision(p.CallId, p.Until!.Value))], view.Why);
            }

            await change;
        }
    }

    private async Task<RunRecord> RecordAsync(string run, IEnumerable<string> commandIds)
    {
        var commands = new List<RecordedCommand>();
        foreach (var id in commandIds)
        {
            if (await _store.FindCommandAsync(run, id) is { } known)
            {
                commands.Add(known);
            }
        }

        var view = (await _silo.Reader.ViewAsync(Principal.Local, run)).Value!;
        return new(run, await _store.ReadAsync(run, 0, 100_000), JsonSerializer.Serialize(view), commands);
    }

    private static Told Of(CommandResult result) => result.Receipt is { } receipt
        ? new(0, receipt.Status, receipt.Seq)
        : new(0, Problem: result.Problem!.Code);
}
