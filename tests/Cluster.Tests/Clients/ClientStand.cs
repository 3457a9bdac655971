using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Client.Live;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using OrleansAgents.Threads;

namespace OrleansAgents.Cluster.Tests.Clients;

/// <summary>A silo whose models are clients of the program's own, on a journal that outlives it.</summary>
internal sealed class ClientStand : IAsyncDisposable
{
    public const string Agent = "finder";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TempFolder _folder = new();
    private readonly SqliteJournal _journal;
    private readonly Action<IServiceCollection> _models;
    private int _looks;
    private int _books;

    private readonly IReadOnlyList<string> _others;

    private ClientStand(Action<IServiceCollection> models, IReadOnlyList<string> others)
    {
        (_models, _others) = (models, others);
        _journal = new(_folder.File("agents.db"));
    }

    public TestSilo Silo { get; private set; } = null!;

    /// <summary>How often each tool was called.</summary>
    public (int Looks, int Books) Called => (_looks, _books);

    /// <param name="models">By name, each made by the silo that uses it.</param>
    public static Task<ClientStand> StartAsync(params (string Name, Func<IChatClient> Create)[] models) => StartAsync(
        services =>
        {
            foreach (var (name, create) in models)
            {
                services.AddModel(new ModelSettings(name, "code"), _ => create());
            }
        },
        [.. models.Select(m => m.Name).Where(name => name != ModelSettings.Default)]);

    /// <param name="others">Models that the agent may be asked with.</param>
    public static async Task<ClientStand> StartAsync(Action<IServiceCollection> models, params IReadOnlyList<string> others)
    {
        var stand = new ClientStand(models, others);
        stand.Silo = await stand.StartSiloAsync();
        return stand;
    }

    public async Task<IReadOnlyList<RunEvent>> EventsAsync(string run) =>
        [.. (await _journal.ReadAsync(run, 0, 1_000)).Select(e => e.Decode()).OfType<RunEvent>()];

    /// <summary>Posts to a thread and returns the run that answers.</summary>
    public async Task<string> PostAsync(string thread, string text, string? model = null) =>
        (await Silo.Grains.GetGrain<IThreadGrain>(thread).PostAsync(new(text, Agent, Model: model), TestSilo.Meta())).RunId!;

    /// <summary>Waits until this is the last that the model has said.</summary>
    public async Task SaidAsync(string run, string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var tail = Silo.Services.GetRequiredService<ILiveTail>().Subscribe(run);
        var said = string.Concat(tail.Open?.Parts.Select(p => p.Text) ?? []);
        while (!said.EndsWith(text, StringComparison.Ordinal))
        {
            await tail.WaitAsync(patience.Token);
            while (tail.TryRead(out var item))
            {
                said += item.Delta?.Text;
            }
        }
    }

    /// <summary>Waits for an event of the run.</summary>
    public async Task<T> FirstAsync<T>(string run)
        where T : RunEvent
    {
        using var patience = new CancellationTokenSource(Patience);
        using var tail = Silo.Services.GetRequiredService<ILiveTail>().Subscribe(run);
        while (true)
        {
            if ((await EventsAsync(run)).OfType<T>().FirstOrDefault() is { } found)
            {
                return found;
            }

            await tail.WaitAsync(patience.Token);
            while (tail.TryRead(out _))
            {
            }
        }
    }

    /// <summary>Another silo on the same journal, with its own clients.</summary>
    public async Task RestartAsync()
    {
        await Silo.DisposeAsync();
        Silo = await StartSiloAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    private Task<TestSilo> StartSiloAsync() => TestSilo.StartAsync(_journal, new Dictionary<string, string?>(), services =>
    {
        _models(services);
        services
            .AddTool(new ToolRegistration((string word) => $"{word} {Interlocked.Increment(ref _looks)}", "look") { Effect = ToolEffect.ReadOnly })
            .AddTool(new ToolRegistration((int seats) => $"{seats} {Interlocked.Increment(ref _books)}", "book") { Effect = ToolEffect.AtMostOnce })
            .AddAgent(new AgentDeclaration(Agent, "Finds.", "Find.", ["look", "book"], AllowModels: _others));
    });
}
