using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Testing;

/// <summary>A run under test. Waits end with the event that they wait for; none is longer than <see cref="TestAgentsOptions.Patience"/>.</summary>
public sealed class TestRun
{
    private const int LastEvents = 8;
    private readonly TestAgents _agents;

    internal TestRun(TestAgents agents, string id) => (_agents, Id) = (agents, id);

    /// <summary>The run's id, by which <see cref="TestAgents.Client"/> takes every command.</summary>
    public string Id { get; }

    /// <summary>Waits until the run waits or is paused: for a person, or for a time that the clock has not reached.</summary>
    /// <exception cref="AgentTestException">It ended, or did not come to it in time; the message says where it stands.</exception>
    public Task<RunJournal> UntilWaiting() => UntilAsync("to wait", j => j.Run.Status is RunStatus.Waiting or RunStatus.Paused && !(j.WakeAt <= _agents.Time.Now));

    /// <summary>Waits for the run's end, whichever it is, also across crashes.</summary>
    /// <exception cref="AgentTestException">It did not come in time, or a crash that was armed never came.</exception>
    public async Task<RunJournal> UntilEnded()
    {
        var journal = await UntilAsync("to end", j => j.Run.EndedAt is not null);
        return _agents.Armed.Next is not { } crash ? journal : throw new AgentTestException(
            $"{Id} has ended, and the crash {crash} never came. Arm it for something that the run records.\n{journal}");
    }

    /// <summary>The journal as it is now.</summary>
    public async Task<RunJournal> JournalAsync() => await ReadAsync() ?? throw new AgentTestException($"There is no run {Id}.");

    /// <summary>Answers what the run waits for: <c>Retry</c> lets the call go ahead, <c>Skip</c> and <c>Fail</c> do without it.</summary>
    /// <param name="callId">Needed where the run waits for several answers.</param>
    /// <param name="result">With <c>Skip</c>: what the model is told the call returned.</param>
    /// <exception cref="RefusedException">The answer is not taken, such as a retry while the first call may still be at work.</exception>
    public async Task ResolveAsync(CallDecision decision, string? callId = null, string? result = null)
    {
        var journal = await JournalAsync();
        var call = callId ?? (journal.Run.Pending is [var only] ? only.CallId : throw new AgentTestException(
            $"{Id} waits for {journal.Run.Pending.Count} answers ({string.Join(", ", journal.Run.Pending.Select(p => $"{p.CallId} {p.Tool}"))}); name the call.\n{journal}"));
        var key = JournalIds.NewCommand();
        await _agents.AskAsync(client => client.ResolveAsync(Id, call, decision, result, key));
    }

    private async Task<RunJournal?> ReadAsync()
    {
        var rows = new List<JournalEvent>();
        await foreach (var row in _agents.Store.ReadAllAsync(Id, 0))
        {
            rows.Add(row);
        }

        return rows.Count == 0 ? null : RunJournal.Of(Id, rows, _agents.Effects);
    }

    private async Task<RunJournal> UntilAsync(string what, Func<RunJournal, bool> wanted)
    {
        using var patience = new CancellationTokenSource(_agents.Options.Patience);
        RunJournal? journal = null;
        try
        {
            while (true)
            {
                var change = _agents.Store.NextChange(Id);
                journal = await ReadAsync();
                if (_agents.Complaint.IsCompleted)
                {
                    throw new AgentTestException(await _agents.Complaint);
                }

                if (journal is not null && wanted(journal))
                {
                    return journal;
                }

                if (journal?.Run.EndedAt is not null)
                {
                    throw new AgentTestException($"{Id} was {what}; it has ended: {journal.Standing}\n{journal}");
                }

                await await Task.WhenAny(change, _agents.Complaint, _agents.Broken).WaitAsync(patience.Token);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            var stands = journal is null ? "there is no such run." : $"it is {journal.Standing}";
            throw new AgentTestException(
                $"Waited {_agents.Options.Patience.TotalSeconds} s for {Id} {what}; {stands} The clock stands at {_agents.Time.Now:O}.\n{journal?.Last(LastEvents)}");
        }
    }
}
