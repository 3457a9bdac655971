using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Client.Live;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Samples.Docs;

namespace OrleansAgents.Testing;

/// <summary>A real silo in the test's process, on a journal that the test holds, so that several can share one.</summary>
internal sealed class TestSilo : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly SiloLife _life;

    private TestSilo(SiloLife life) => _life = life;

    public IServiceProvider Services => _life.Services;

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public IRunReader Reader => Grains.GetGrain<IRunReader>(0);

    public static async Task<TestSilo> StartAsync(
        IJournal journal, IReadOnlyDictionary<string, string?> settings, Action<IServiceCollection>? services = null,
        Action<ISiloBuilder>? silo = null, int gatewayPort = 0) =>
        new(await SiloLife.StartAsync(
            new SeverableJournal(journal), settings,
            builder =>
            {
                _ = new AgentsBuilder(builder.Services).AddDocsAgent();
                services?.Invoke(builder.Services);
            },
            silo, gatewayPort));

    /// <summary>Settings that send every model call to a scripted server.</summary>
    public static Dictionary<string, string?> ModelAt(ModelServer server) => ModelAt(server.Endpoint);

    public static Dictionary<string, string?> ModelAt(Uri endpoint) => new()
    {
        ["Models:default:Provider"] = "openai",
        ["Models:default:Endpoint"] = endpoint.ToString(),
        ["Models:default:Model"] = "scripted",
        ["Models:default:ApiKey"] = "test-key",
    };

    public IRunGrain Run(string id) => Grains.GetGrain<IRunGrain>(id);

    public static CommandMeta Meta(string? id = null) => new(id ?? Guid.NewGuid().ToString("n"), "hash", Principal.Local);

    /// <summary>Starts a run of the agent and returns its id.</summary>
    public async Task<string> StartRunAsync(string agent, string input, Budget? budget = null)
    {
        var id = "run_" + Guid.NewGuid().ToString("n");
        var result = await Run(id).StartAsync(new StartRun(agent, input, Budget: budget), Meta());
        return result.Problem is null ? id : throw new InvalidOperationException(result.Problem.Message);
    }

    /// <summary>Waits, event by event, until the view is as wanted.</summary>
    public async Task<RunView> UntilAsync(string id, Func<RunView, bool> wanted, string what)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var tail = Services.GetRequiredService<ILiveTail>().Subscribe(id);
        RunView? view = null;
        try
        {
            while (true)
            {
                view = (await Reader.ViewAsync(Principal.Local, id)).Value;
                if (view is not null && wanted(view))
                {
                    return view;
                }

                if (view?.EndedAt is not null)
                {
                    throw new InvalidOperationException($"{id} was to come {what}; it has ended as {view.Status} at {view.Head}.");
                }

                await tail.WaitAsync(timeout.Token);
                while (tail.TryRead(out _))
                {
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {id} {what}; it is {view?.Status} {view?.Reason} at {view?.Head}: {view?.Why}");
        }
    }

    /// <summary>Waits until the text of the answer under way, reasoning included, has arrived here so far.</summary>
    public async Task UntilSaidAsync(string id, string wanted)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var tail = Services.GetRequiredService<ILiveTail>().Subscribe(id);
        var said = string.Concat(tail.Open?.Parts.Select(p => p.Text) ?? []);
        while (said != wanted)
        {
            await tail.WaitAsync(timeout.Token);
            while (tail.TryRead(out var item))
            {
                said += item.Delta?.Text;
            }
        }
    }

    public Task<RunView> UntilEndedAsync(string id) => UntilAsync(id, v => v.EndedAt is not null, "to end");

    public async Task<IReadOnlyList<JournalEvent>> EventsAsync(string id) =>
        (await Reader.EventsAsync(Principal.Local, id, 0, 10_000)).Value!.Items;

    /// <inheritdoc cref="SiloLife.CrashAsync"/>
    public Task CrashAsync() => _life.CrashAsync();

    public ValueTask DisposeAsync() => _life.DisposeAsync();
}
