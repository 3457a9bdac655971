using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Grains.Runs;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Threads;

namespace OrleansAgents.Grains.Memory;

/// <summary>Holds a thread's transcript and memory while the thread is in use, and reads on from where it was.</summary>
/// <remarks>
/// Reentrant, so that a turn waits for no summary: reading and assembling go one at a time (<see cref="InTurnAsync"/>), and a model is
/// asked between them (<c>MemoryGrain.Compress.cs</c>). What comes of it is recorded by the thread, and read here like everything else.
/// </remarks>
[Reentrant]
[GrainType("memory")]
internal sealed partial class MemoryGrain(IJournal journal, SummaryWriter writer, Meaning meaning, MemoryOptions options, TimeProvider time, ILogger<MemoryGrain> log) : Grain, IMemoryGrain
{
    private readonly Dictionary<string, (TurnAccepted Turn, DateTimeOffset At)> _open = [];
    private readonly List<MemoryVersion> _versions = [];
    private readonly List<TurnEnded> _gone = [];
    private readonly Queue<TurnEnded> _toForget = [];
    private Task _turn = Task.CompletedTask;
    private Transcript _transcript = new();
    private MemoryState _memory = MemoryState.Empty;
    private long _seq;
    private int _forgets;

    private string Id => this.GetPrimaryKeyString();

    public Task<byte[]?> AssembleAsync(string question, long budget) => InTurnAsync(async () =>
    {
        await ReadOnAsync();
        var meant = await MeantAsync(question, budget);
        var context = _transcript.Assemble(question, budget, _memory, meant);
        while (await HasForgottenAsync(context))
        {
            await ReadOnAsync();
            context = _transcript.Assemble(question, budget, _memory, meant);
        }

        Compress(budget);
        return context.Messages.Count == 0 ? null : context.ToBody();
    });

    public Task<MemoryView?> ViewAsync(int? version) => InTurnAsync(async () =>
    {
        await ReadOnAsync();
        return (version ?? _memory.Version) is var shown && shown >= 0 && shown < _memory.Versions.Count
            ? MemoryViews.Of(Id, _memory, shown, [.. _versions], _transcript)
            : null;
    });

    public Task ReadAgainAsync() => InTurnAsync(() =>
    {
        Forget();
        return Task.FromResult(true);
    });

    private async Task ReadOnAsync()
    {
        await foreach (var row in journal.ReadAllAsync(Id, _seq))
        {
            var e = row.Decode();
            switch (e)
            {
                case TurnAccepted turn:
                    _open[turn.RunId] = (turn, row.At);
                    break;
                case TurnEnded ended when _open.TryGetValue(ended.RunId, out var turn):
                    var run = await ReadRunAsync(ended.RunId);
                    _open.Remove(ended.RunId);
                    if (run is null)
                    {
                        _gone.Add(ended);
                    }
                    else if (run is ({ Count: > 0 } messages, var scale))
                    {
                        _transcript.Add(new(ended.Turn, ended.RunId, turn.At, messages, Scale: scale));
                    }

                    break;
                case ThreadEvent memory:
                    _memory = MemoryState.Evolve(_memory, memory, row.At);
                    if (MemoryViews.VersionOf(memory, row.At) is { } version)
                    {
                        _versions.Add(version);
                    }

                    break;
            }

            _seq = row.Seq;
        }

        // It is recorded in the background: the thread may be waiting for this very turn.
        foreach (var turn in _gone.Where(g => _memory.Versions.Any(v => v.Any(c => MemoryState.Covers(c, g.Turn)))))
        {
            _memory = _memory.Without(turn.Turn);
            _toForget.Enqueue(turn);
        }
    }

    /// <summary>A turn whose run was deleted meanwhile is let go, and everything is read again without it.</summary>
    private async Task<bool> HasForgottenAsync(EarlierContext context)
    {
        foreach (var run in _transcript.RunsIn(context.Manifest!))
        {
            try
            {
                await journal.FindAsync(run);
            }
            catch (JournalDeletedException)
            {
                Forget();
                return true;
            }
        }

        return false;
    }

    private void Forget()
    {
        (_transcript, _memory, _seq) = (new(), MemoryState.Empty, 0);
        _open.Clear();
        _versions.Clear();
        _gone.Clear();
        _forgets++;
    }

    /// <summary>What was said in a run, and how its provider counts. Null when the run was deleted; nothing when it cannot be read.</summary>
    private async Task<(IReadOnlyList<RequestMessage> Messages, int? Scale)?> ReadRunAsync(string runId)
    {
        RequestWindow? window = null;
        int? scale = null;
        var last = 0L;
        try
        {
            await foreach (var row in journal.ReadAllAsync(runId, 0))
            {
                var e = await Bodies.WholeAsync(journal, runId, RunFold.EventOf(row));
                window ??= new(AgentDefinition.None, "", await Bodies.LoadAsync(journal, runId, ((RunCreated)e).Input));
                window.Add(row.Seq, e);
                scale = e is ModelCompleted m ? Tokens.Scale(scale, m.ContextTokens, m.Usage.InputTokens) : scale;
                last = row.Seq;
            }
        }
        catch (JournalDeletedException)
        {
            return null;
        }
        catch (Exception e) when (e is JournalDamagedException or NewerBuildException)
        {
            // A turn that can no longer be read must not end the conversation.
            return ([], null);
        }

        return (window?.WholeGroups(last) ?? [], scale);
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work)
    {
        var (before, mine) = (_turn, new TaskCompletionSource());
        _turn = mine.Task;
        await before;
        try
        {
            return await work();
        }
        finally
        {
            mine.SetResult();
        }
    }
}
