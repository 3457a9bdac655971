using OrleansAgents.Journal;
using OrleansAgents.SiloProgram;
using OrleansAgents.Testing;

namespace OrleansAgents.Cluster.Tests.Crashes;

/// <summary>A program with its journal, its model and its tool log; brought back after every death.</summary>
internal sealed class Stand : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SemaphoreSlim _restarting = new(1);
    private readonly Func<ProgramSettings, Task<ISiloProgram>> _start;
    private readonly ModelServer _server;
    private readonly ProgramSettings _settings;
    private ISiloProgram _program = null!;
    private TaskCompletionSource _nextRestart = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Stand(Func<ProgramSettings, Task<ISiloProgram>> start, ModelServer server, ErrandModel model, bool payIsSaidToBeReadOnly) =>
        (_start, _server, Model, _settings) = (start, server, model, new(_folder.Path, server.Endpoint, payIsSaidToBeReadOnly));

    public ErrandModel Model { get; }

    /// <summary>How often the process died and was started again.</summary>
    public int Deaths { get; private set; }

    /// <summary>Ends when the process has died once more and is back.</summary>
    public Task NextRestart => _nextRestart.Task;

    /// <summary>A process of its own, killed by kill -9.</summary>
    public static Task<Stand> OfProcessesAsync() => StartAsync(SiloProcess.StartAsync);

    /// <summary>A silo in this process, crashed by exceptions, with a fault planted in it or none.</summary>
    public static Task<Stand> InProcessAsync(Func<IJournal, IJournal>? plant = null, bool payIsSaidToBeReadOnly = false) => StartAsync(
        async settings => new LocalSilo(await ProgramHost.StartAsync(settings, () => throw new CrashException(), plant)), payIsSaidToBeReadOnly);

    /// <summary>Asks until a living program answers.</summary>
    public async Task<Told> AskAsync(Ask ask)
    {
        while (true)
        {
            var program = _program;
            try
            {
                return await program.AskAsync(ask);
            }
            catch (ProgramDiedException)
            {
                await RestartAsync(program);
            }
        }
    }

    /// <summary>Arms a crash at the n-th write point of a run, or of all runs when it is empty.</summary>
    public Task ArmAsync(string run, long point) => ArmAsync(new Ask("arm", run, Number: point));

    /// <summary>Arms a crash before (1) or after (2) the run is deleted, whatever else is written of it.</summary>
    public Task ArmDeleteAsync(string run, long point) => ArmAsync(new Ask("arm-delete", run, Number: point));

    /// <summary>kill -9, now.</summary>
    public Task KillAsync()
    {
        var program = (SiloProcess)_program;
        program.Kill();
        return RestartAsync(program);
    }

    /// <summary>What was seen of these errands from every side.</summary>
    public async Task<History> HistoryAsync(params IEnumerable<Errand> errands)
    {
        var runs = new List<RunRecord>();
        var client = new List<ClientLine>();
        foreach (var errand in errands)
        {
            var lines = errand.Acknowledged;
            client.AddRange(lines);
            var told = await AskAsync(new("record", errand.Run, Value: string.Join(' ', lines.Select(l => l.CommandId).Distinct())));
            runs.Add(told.Record ?? throw new InvalidOperationException(told.Problem));
        }

        var ids = runs.Select(r => r.Id).ToHashSet();
        return new(
            runs, client, [.. ToolLog.Read(_settings.Folder).Where(t => ids.Contains(t.Run))],
            [.. Model.Asked.Where(m => ids.Contains(m.Run))], ProgramTools.Effects);
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
        _restarting.Dispose();
    }

    private async Task ArmAsync(Ask arm)
    {
        var program = _program;
        try
        {
            if ((await program.AskAsync(arm)).Problem is { } problem)
            {
                throw new InvalidOperationException(problem);
            }
        }
        catch (ProgramDiedException)
        {
            // It was armed, and crashed before it could say so: arming the next process too would be a second crash.
            await RestartAsync(program);
        }
    }

    private static async Task<Stand> StartAsync(Func<ProgramSettings, Task<ISiloProgram>> start, bool payIsSaidToBeReadOnly = false)
    {
        var model = new ErrandModel();
        var stand = new Stand(start, await ModelServer.StartAsync(model.Answer), model, payIsSaidToBeReadOnly);
        stand._program = await start(stand._settings);
        return stand;
    }

    private async Task RestartAsync(ISiloProgram dead)
    {
        await _restarting.WaitAsync();
        try
        {
            if (_program == dead)
            {
                await dead.DisposeAsync();
                _program = await _start(_settings);
                Deaths++;
                var back = _nextRestart;
                _nextRestart = new(TaskCreationOptions.RunContinuationsAsynchronously);
                back.SetResult();
            }
        }
        finally
        {
            _restarting.Release();
        }
    }
}
