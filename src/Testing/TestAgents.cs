using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Client;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Silo;
using OrleansAgents.Storage.Sqlite;

namespace OrleansAgents.Testing;

/// <summary>Agents under test: a real silo in the test's process on a temporary SQLite file, with a scripted model and a clock that the test moves.</summary>
/// <remarks>Between the model's wire and the file everything is the product itself. Two of them share nothing, so tests may run side by side. Thread-safe.</remarks>
public sealed class TestAgents : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TaskCompletionSource<string> _complaint = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<AgentsBuilder> _declare;
    private readonly SqliteJournal _file;
    private readonly Lives _lives;
    private ModelServer _server = null!;

    private TestAgents(Action<AgentsBuilder> declare, TestAgentsOptions options)
    {
        (_declare, Options, Time, Model) = (declare, options, new(options.Now), new(_complaint));
        _file = new(_folder.File("agents.db"));
        Store = new(_file);
        _lives = new(StartSiloAsync);
    }

    /// <summary>What the model answers.</summary>
    public ScriptedModel Model { get; }

    /// <summary>The clock of everything in the silo, tools that take a <see cref="TimeProvider"/> included.</summary>
    public TestTime Time { get; }

    /// <summary>How often the silo has crashed.</summary>
    public int Crashes => _lives.Crashes;

    /// <summary>Every command by a run's id: pause, message, cancel, list. After a crash, ask for it again.</summary>
    public AgentsClient Client => Services.GetRequiredService<AgentsClient>();

    /// <summary>Services of the silo that lives.</summary>
    /// <exception cref="AgentTestException">It has just crashed; wait for a run first.</exception>
    public IServiceProvider Services => _lives.Now is { IsCompletedSuccessfully: true } now
        ? now.Result.Services
        : throw new AgentTestException("The silo has crashed and is being started again; wait for a run first.");

    internal TestAgentsOptions Options { get; }

    internal WatchedJournal Store { get; }

    internal ArmedCrashes Armed { get; } = new();

    internal IReadOnlyDictionary<string, ToolEffect> Effects { get; private set; } = new Dictionary<string, ToolEffect>();

    /// <summary>Ends when the script had no answer, and says so.</summary>
    internal Task<string> Complaint => _complaint.Task;

    /// <summary>Fails when the silo cannot be started again.</summary>
    internal Task Broken => _lives.Failed;

    /// <summary>Starts the agents that <paramref name="declare"/> adds, as the program adds them to <c>AddAgents()</c>.</summary>
    /// <param name="declare">Called at every start, also after a crash. What it makes dies with the silo; what it is given from outside lives on, as the world does.</param>
    public static async Task<TestAgents> StartAsync(Action<AgentsBuilder> declare, TestAgentsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(declare);
        var agents = new TestAgents(declare, options ?? new());
        try
        {
            agents._server = await ModelServer.StartAsync(agents.Model.Answer);
            await agents._lives.StartAsync();
            return agents;
        }
        catch
        {
            await agents.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a run; it is durable when this returns.</summary>
    public Task<TestRun> RunAsync(string agent, string input) => RunAsync(new StartRun(agent, input));

    /// <summary>Starts a run with a budget or a start time, or with another model or instructions where the agent allows them.</summary>
    /// <exception cref="RefusedException">The request is refused, such as for an agent that there is not.</exception>
    public async Task<TestRun> RunAsync(StartRun request)
    {
        var key = JournalIds.NewCommand();
        return Run(await AskAsync(client => client.StartAsync(request, key)));
    }

    /// <summary>A run that something else started.</summary>
    public TestRun Run(string id) => new(this, id);

    /// <summary>Cuts the silo off as <c>kill -9</c> would, now, and starts another on the same file.</summary>
    /// <remarks>Nothing that it still does reaches the journal. Code of a tool that is at work cannot be killed: its token is cancelled, and what it does after that is an effect of a dead process.</remarks>
    public async Task CrashAsync()
    {
        await _lives.Now;
        _lives.Fall();
        await _lives.Now;
    }

    /// <summary>The silo is to die instead of recording the next such event: what was done is lost to the journal. Another starts by itself.</summary>
    /// <param name="when">Only where it holds; null for the first.</param>
    public void CrashBefore<T>(Func<T, bool>? when = null)
        where T : RunEvent => Armed.Arm(after: false, when);

    /// <summary>The silo is to die once the next such event is on disk, before it knows. Another starts by itself.</summary>
    /// <param name="when">Only where it holds; null for the first.</param>
    public void CrashAfter<T>(Func<T, bool>? when = null)
        where T : RunEvent => Armed.Arm(after: true, when);

    /// <summary>Ends the silo and deletes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_lives.Now is { IsFaulted: false } now)
        {
            // Nobody goes on with its runs: it need not hand them back.
            await (await now).CrashAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        await _file.DisposeAsync();
        _folder.Dispose();
    }

    internal async Task<T> AskAsync<T>(Func<AgentsClient, Task<T>> ask)
    {
        try
        {
            return await _lives.AskAsync(services => ask(services.GetRequiredService<AgentsClient>())).WaitAsync(Options.Patience);
        }
        catch (TimeoutException e)
        {
            throw new AgentTestException($"No silo answered within {Options.Patience.TotalSeconds} s; {Crashes} have crashed.", e);
        }
    }

    private Task<SiloLife> StartSiloAsync()
    {
        SeverableJournal? line = null;
        line = new(new MortalJournal(Store, Armed, () =>
        {
            line!.Cut();
            _lives.Fall();
        }));
        return SiloLife.StartAsync(line, Options.Settings, builder =>
        {
            _declare(new(builder.Services));
            builder.Services.AddAgentsClient();
            builder.Services.AddSingleton<TimeProvider>(Time);
            var runs = SiloHosting.ReadOptions(builder.Configuration);
            runs.Tick = TimeSpan.FromMilliseconds(100); // What a dead silo left, or a moved clock made due, is found at once.
            builder.Services.AddSingleton(runs);
            Effects = Declared<ToolRegistration>(builder.Services).DistinctBy(t => t.Name).ToDictionary(t => t.Name, t => t.Effect ?? ToolEffect.AtMostOnce);
            var models = Declared<AgentDeclaration>(builder.Services).Select(a => a.Model).Append(ModelSettings.Default);
            builder.Configuration.AddInMemoryCollection(models.Distinct(StringComparer.OrdinalIgnoreCase).SelectMany(_server.SettingsOf));
        });
    }

    private static IEnumerable<T> Declared<T>(IServiceCollection services) =>
        services.Where(s => s.ServiceType == typeof(T)).Select(s => s.ImplementationInstance).OfType<T>();
}
