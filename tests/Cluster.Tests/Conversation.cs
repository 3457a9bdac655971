using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Client.Live;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using OrleansAgents.Threads;

namespace OrleansAgents.Cluster.Tests;

/// <summary>One thread on one silo at a time, with a real journal file and models on the real wire: one that chats, and one, <c>writer</c>, for summaries.</summary>
/// <param name="words">Sentences of an answer: more of them outgrow a window sooner.</param>
/// <param name="result">What the tool <c>look</c> returns.</param>
internal sealed class Conversation(int words, string result) : IAsyncDisposable
{
    public const string Thread = "thr_memory_memory_memory";
    public const int SmallWindow = 3_000;
    private readonly string _filler = string.Join(' ', Enumerable.Repeat("and so it went on all day", words));
    private readonly TempFolder _folder = new();
    private int _asked;

    public ModelServer Models { get; private set; } = null!;
    public ModelServer Writer { get; private set; } = null!;
    public SqliteJournal Journal { get; private set; } = null!;
    public TestSilo Silo { get; private set; } = null!;

    public IThreadGrain Grain => Silo.Grains.GetGrain<IThreadGrain>(Thread);

    public IThreadReader Reader => Silo.Grains.GetGrain<IThreadReader>(0);

    /// <summary>What the model's server counts of a request, in percent of a quarter of its characters; null where it counts nothing.</summary>
    public int? Counts { get; set; }

    /// <summary>Settings beside those of its models.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>Messages that were chatted.</summary>
    public int Asked => _asked;

    public async Task OpenAsync()
    {
        Models = await ModelServer.StartAsync(r => Counted(new Reply().Text($"re: {r.LastText.Split(' ')[0]} {_filler}").Finish("stop"), r));
        Writer = await ModelServer.StartAsync(_ => new Reply().Text("Known: it went on.").Usage(1_000, 20).Finish("stop"));
        Journal = new SqliteJournal(_folder.File("agents.db"));
    }

    /// <summary>Starts a silo; one that still runs is stopped in order before.</summary>
    /// <param name="model">Who writes summaries; null for nobody.</param>
    /// <param name="journal">Stands before the file.</param>
    public async Task StartAsync(string? model = null, IJournal? journal = null)
    {
        if (Silo is not null)
        {
            await Silo.DisposeAsync();
        }

        var settings = new Dictionary<string, string?>(TestSilo.ModelAt(Models))
        {
            ["Models:writer:Provider"] = "openai",
            ["Models:writer:Endpoint"] = Writer.Endpoint.ToString(),
            ["Models:writer:Model"] = "scripted",
            ["Models:writer:ApiKey"] = "test-key",
            ["Models:writer:StallSeconds"] = "1",
            ["Memory:Model"] = model,
            ["Memory:ChunkTokens"] = "500",
        };
        foreach (var (key, value) in Settings)
        {
            settings[key] = value;
        }

        Silo = await TestSilo.StartAsync(journal ?? Journal, settings, s => s
            .AddTool(new ToolRegistration((string what) => result, "look") { Effect = ToolEffect.ReadOnly })
            .AddAgent(new AgentDeclaration("plain", "Answers.", "Answer.", ["look"]))
            .AddAgent(new AgentDeclaration("small", "Answers.", "Answer.", ["look"], WindowTokens: SmallWindow))
            .AddSingleton(new RunsOptions { Tick = TimeSpan.FromMilliseconds(100) }));
    }

    /// <summary>As kill -9 would, and another in its place.</summary>
    public async Task CrashAsync(string? model = null)
    {
        await Silo.CrashAsync();
        Silo = null!;
        await StartAsync(model);
    }

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        await Journal.DisposeAsync();
        await Models.DisposeAsync();
        await Writer.DisposeAsync();
        _folder.Dispose();
    }

    private Reply Counted(Reply reply, ReceivedRequest request) =>
        Counts is { } percent ? reply.Usage(request.Messages.Sum(m => ReceivedRequest.Text(m).Length) / 4 * percent / 100, 20) : reply;

    /// <summary>A turn to its end.</summary>
    public async Task<string> TurnAsync(string input, string agent = "small")
    {
        var run = (await Grain.PostAsync(new(input, agent, WhenBusy.Queue), TestSilo.Meta())).RunId!;
        await Silo.UntilEndedAsync(run);
        return run;
    }

    public async Task ChatAsync(int turns, string agent = "small")
    {
        for (var n = 0; n < turns; n++)
        {
            await TurnAsync($"chat{_asked++} about nothing", agent);
        }
    }

    /// <summary>All that the newest request to the model said.</summary>
    public string Sent() => string.Join('\n', Models.Received[^1].Messages.Select(ReceivedRequest.Text));

    public async Task<StepContext> ContextAsync(string run) => (await Silo.Reader.ContextAsync(Principal.Local, run, 1)).Value!;

    public async Task<MemoryView> ViewAsync(int? version = null) => (await Reader.MemoryAsync(Principal.Local, Thread, version)).Value!;

    public Task<IReadOnlyList<JournalEvent>> EventsAsync() => Journal.ReadAsync(Thread, 0, 10_000);

    /// <summary>Waits, event by event, until the memory is as wanted.</summary>
    public async Task<MemoryView> UntilAsync(Func<MemoryView, bool> wanted, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var tail = Silo.Services.GetRequiredService<ILiveTail>().Subscribe(Thread);
        while (true)
        {
            var view = await ViewAsync();
            if (wanted(view))
            {
                return view;
            }

            try
            {
                await tail.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"The memory was to {what}; it is at version {view.Version} with {view.Failure}.");
            }

            while (tail.TryRead(out _))
            {
            }
        }
    }
}
