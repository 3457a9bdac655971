using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Events;
using OrleansAgents.Grains.Telemetry;
using OrleansAgents.Journal;
using OrleansAgents.Testing;

namespace OrleansAgents.Grains.Tests.Telemetry;

public sealed class MeteredJournalTests
{
    private const string Id = "run_metered";

    [Theory]
    [InlineData(AppendOutcome.Committed, "committed")]
    [InlineData(AppendOutcome.Fenced, "fenced")]
    [InlineData(AppendOutcome.Unknown, "unknown")]
    public async Task Each_append_is_measured_with_its_outcome(AppendOutcome outcome, string tag)
    {
        var (appended, figures) = await AppendAsync(new AnsweringJournal(() => outcome), Append(head: 3, events: 1));

        Assert.Equal(outcome, appended);
        Assert.Equal([tag], Outcomes(figures));
    }

    [Fact]
    public async Task A_refusal_of_the_store_is_an_outcome_too_and_reaches_the_caller()
    {
        var store = new AnsweringJournal(() => throw new StorageRefusedException(StorageRefusal.Full, "The disk is full."));
        using var services = Services(store);
        using var figures = Listen(services);

        await Assert.ThrowsAsync<StorageRefusedException>(() => services.GetRequiredService<IJournal>().AppendAsync(Append(head: 3, events: 1)));

        Assert.Equal(["refused"], Outcomes(figures));
    }

    [Theory]
    [InlineData(3, 1, 0, null, true)]
    [InlineData(3, 0, 1, null, true)]
    [InlineData(3, 0, 0, "silo", true)]
    [InlineData(3, 0, 0, null, false)]
    [InlineData(0, 1, 1, "silo", false)]
    public async Task Only_appends_of_an_owner_count_as_fenced(long head, int events, int commands, string? owner, bool counted)
    {
        var (_, figures) = await AppendAsync(new AnsweringJournal(() => AppendOutcome.Fenced), Append(head, events, commands, owner));

        Assert.Equal(counted ? 1 : 0, figures.Of("orleans_agents.journal.fenced").Count);
    }

    [Fact]
    public void The_container_disposes_the_store_once()
    {
        var store = new AnsweringJournal(() => AppendOutcome.Committed);
        using (var services = Services(store))
        {
            Assert.Same(services.GetRequiredService<IJournal>(), services.GetRequiredService<IJournal>());
        }

        Assert.Equal(1, store.Disposals);
    }

    private static async Task<(AppendOutcome Outcome, RecordedTelemetry Figures)> AppendAsync(AnsweringJournal store, Append append)
    {
        using var services = Services(store);
        using var figures = Listen(services);
        return (await services.GetRequiredService<IJournal>().AppendAsync(append), figures);
    }

    private static ServiceProvider Services(AnsweringJournal store) =>
        new ServiceCollection().AddMetrics().AddSingleton(TimeProvider.System).AddJournal(_ => store).BuildServiceProvider();

    private static RecordedTelemetry Listen(ServiceProvider services)
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        return new(Id, scope => scope == factory);
    }

    private static IEnumerable<object?> Outcomes(RecordedTelemetry figures) =>
        figures.Of("orleans_agents.journal.append.duration").Select(f => f.Tags["orleans_agents.append.outcome"]);

    private static Append Append(long head, int events, int commands = 0, string? owner = null)
    {
        var at = DateTimeOffset.UnixEpoch;
        var header = new JournalHeader(
            Id, Principal.Local, null, "docs", "demo", RunStatus.Running, null, "Hello.", head + events, 1, owner, null, 0, at, at, null);
        return new(
            Id, 1, head, [.. Enumerable.Range(1, events).Select(n => new JournalEvent(Id, head + n, at, "model.completed", null, "{}"u8.ToArray()))],
            header, [.. Enumerable.Range(1, commands).Select(n => new RecordedCommand($"c{n}", "", head))], []);
    }

    /// <summary>Answers appends and knows nothing else.</summary>
    private sealed class AnsweringJournal(Func<AppendOutcome> answer) : JournalDecorator(null!), IDisposable
    {
        public int Disposals { get; private set; }

        public override Task<AppendOutcome> AppendAsync(Append append)
        {
            try
            {
                return Task.FromResult(answer());
            }
            catch (StorageRefusedException e)
            {
                return Task.FromException<AppendOutcome>(e);
            }
        }

        public void Dispose() => Disposals++;
    }
}
