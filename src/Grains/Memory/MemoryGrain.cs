using OrleansAgents.Core;
using OrleansAgents.Core.Memory;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Memory;

/// <summary>Holds a thread's transcript while the thread is in use, and reads on from where it was.</summary>
[GrainType("memory")]
internal sealed class MemoryGrain(IJournal journal) : Grain, IMemoryGrain
{
    private readonly Dictionary<string, (TurnAccepted Turn, DateTimeOffset At)> _open = [];
    private Transcript _transcript = new();
    private long _seq;

    private string Id => this.GetPrimaryKeyString();

    public async Task<byte[]?> AssembleAsync(string question, long budget)
    {
        EarlierContext context;
        do
        {
            await ReadOnAsync();
            context = _transcript.Assemble(question, budget);
        }
        while (await HasForgottenAsync(context));
        return context.Messages.Count == 0 ? null : context.ToBody();
    }

    private async Task ReadOnAsync()
    {
        await foreach (var row in RunFold.ReadAllAsync(journal, Id, _seq))
        {
            switch (row.Decode())
            {
                case TurnAccepted turn:
                    _open[turn.RunId] = (turn, row.At);
                    break;
                case TurnEnded ended when _open.Remove(ended.RunId, out var turn) && await MessagesAsync(ended.RunId) is { Count: > 0 } messages:
                    _transcript.Add(new(ended.Turn, ended.RunId, turn.At, messages));
                    break;
            }

            _seq = row.Seq;
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
                (_transcript, _seq) = (new(), 0);
                _open.Clear();
                return true;
            }
        }

        return false;
    }

    private async Task<IReadOnlyList<RequestMessage>> MessagesAsync(string runId)
    {
        RequestWindow? window = null;
        var last = 0L;
        try
        {
            await foreach (var row in RunFold.ReadAllAsync(journal, runId, 0))
            {
                var e = await Bodies.WholeAsync(journal, runId, (RunEvent)row.Decode()!);
                window ??= new(AgentDefinition.None, "", await Bodies.LoadAsync(journal, runId, ((RunCreated)e).Input));
                window.Add(row.Seq, e);
                last = row.Seq;
            }
        }
        catch (Exception e) when (e is JournalDamagedException or JournalDeletedException)
        {
            // A turn that can no longer be read must not end the conversation.
            return [];
        }

        return window?.WholeGroups(last) ?? [];
    }
}
