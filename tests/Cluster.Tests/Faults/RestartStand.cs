using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests.Faults;

/// <summary>A run for each fault, all in one silo that dies while they wait; a second one goes on with the journal they left.</summary>
public abstract class RestartStand(string provider, string api = "chat") : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly FrozenClock _clock = new();
    private readonly ConcurrentDictionary<string, int> _requests = new();
    private readonly ConcurrentDictionary<string, string> _runs = new();
    private readonly Dictionary<string, TaskCompletionSource> _held = ProviderFault.All.ToDictionary(
        f => f.Name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>What each run's journal held when its process died.</summary>
    internal ConcurrentDictionary<string, IReadOnlyList<JournalEvent>> Before { get; } = new();

    /// <summary>The same after the restart, before the clock was moved.</summary>
    internal ConcurrentDictionary<string, IReadOnlyList<JournalEvent>> Early { get; } = new();

    internal ConcurrentDictionary<string, IReadOnlyList<JournalEvent>> After { get; } = new();

    internal int Requests(string fault) => _requests.GetValueOrDefault(fault);

    public async ValueTask InitializeAsync()
    {
        await using var server = await ModelServer.StartAsync(Answer);
        await using var store = new SqliteJournal(_folder.File("agents.db"));
        var silo = await StartAsync(store, server, mended: false);
        await Task.WhenAll(ProviderFault.All.Select(fault => BeginAsync(silo, fault)));
        await silo.CrashAsync();

        await EachAsync(async (fault, run) => Before[fault] = await store.ReadAsync(run, 0, 100));
        await using var heir = await StartAsync(store, server, mended: true);
        await EachAsync(async (fault, run) =>
        {
            // The silo looks by itself; this look cannot be missed.
            if (!ProviderFault.All.Single(f => f.Name == fault).IsCut)
            {
                await heir.Grains.GetGrain<IRunUpkeep>(run).EnsureRunningAsync();
            }

            Early[fault] = await store.ReadAsync(run, 0, 100);
        });
        await EachAsync((fault, run) => ProviderFault.All.Single(f => f.Name == fault).IsMended ? heir.UntilEndedAsync(run) : Task.CompletedTask);
        _clock.Now += TimeSpan.FromMinutes(10);
        await EachAsync(async (fault, run) =>
        {
            await heir.UntilEndedAsync(run);
            After[fault] = await store.ReadAsync(run, 0, 100);
        });
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private Reply Answer(ReceivedRequest request)
    {
        // Azure's client names the deployment in the path.
        var fault = ProviderFault.All.Single(f => f.Name == request.Model || request.Path.Contains($"/{f.Name}/", StringComparison.Ordinal));
        var n = _requests.AddOrUpdate(fault.Name, 1, (_, before) => before + 1);
        if (n == fault.Replies.Count)
        {
            _held[fault.Name].SetResult();
        }

        return n <= fault.Replies.Count ? fault.Replies[n - 1]() : new Reply().Text("Up again.").Finish("stop");
    }

    private async Task BeginAsync(TestSilo silo, ProviderFault fault)
    {
        var run = _runs[fault.Name] = "run_" + Guid.NewGuid().ToString("n");
        Assert.Null((await silo.Run(run).StartAsync(new StartRun("docs", "Are you there?", fault.Name), TestSilo.Meta())).Problem);
        if (fault.IsCut)
        {
            await _held[fault.Name].Task.WaitAsync(TimeSpan.FromSeconds(30));
            return;
        }

        await silo.UntilAsync(run, v => v.EndedAt is not null || (v.Status == RunStatus.Waiting && v.Reason == fault.Waits), $"to wait after {fault}");
    }

    private Task EachAsync(Func<string, string, Task> what) => Task.WhenAll(_runs.Select(r => what(r.Key, r.Value)));

    private Task<TestSilo> StartAsync(IJournal journal, ModelServer server, bool mended)
    {
        var settings = TestSilo.ModelAt(server);
        settings["Agents:docs:AllowModels"] = string.Join(',', ProviderFault.All.Select(f => f.Name));
        settings["Workspace:Path"] = Path.GetDirectoryName(_folder.File("x"));
        foreach (var fault in ProviderFault.All)
        {
            var model = $"Models:{fault.Name}";
            settings[$"{model}:Provider"] = provider;
            settings[$"{model}:Api"] = api;
            settings[$"{model}:Endpoint"] = (mended || fault.Breaks is null ? server.Endpoint : fault.Breaks(server.Endpoint)).ToString();
            settings[$"{model}:AllowHttp"] = "true";
            settings[$"{model}:Model"] = fault.Name;
            settings[$"{model}:ApiKey"] = "test-key";
            settings[$"{model}:StallSeconds"] = fault.Code == "stalled" ? "1" : "3600";
        }

        return TestSilo.StartAsync(journal, settings, s => s.AddSingleton<TimeProvider>(_clock));
    }
}

/// <summary>With OpenAI's client.</summary>
public sealed class OpenAiRestartStand() : RestartStand(ModelSettings.OpenAi);

/// <summary>With OpenAI's client over the wire of responses.</summary>
public sealed class ResponsesRestartStand() : RestartStand(ModelSettings.OpenAi, "responses");

/// <summary>With Azure's client.</summary>
public sealed class AzureOpenAiRestartStand() : RestartStand(ModelSettings.AzureOpenAi);
