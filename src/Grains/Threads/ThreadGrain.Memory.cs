using OrleansAgents.Core.Threads;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Threads;

/// <summary>What becomes of the thread's memory is recorded here, so that it has one order with the turns; the memory grain makes it.</summary>
internal sealed partial class ThreadGrain
{
    public Task<CommandResult> RestoreMemoryAsync(int version, CommandMeta meta) =>
        CommandAsync(now => new RestoreMemory(now, version, meta.Principal.User), meta);

    public async Task<bool> RecordMemoryAsync(int version, string type, byte[] data)
    {
        var before = (await HeldAsync()).State;
        var outcome = (ThreadEvent)EventCodec.Decode(type, data)!;
        return before.Exists
            && (await CommitAsync(now => new RecordMemory(now, version, outcome), null)).Problem is null
            && _held?.State.Head > before.Head;
    }

    public async Task ForgetTurnAsync(int turn, string runId)
    {
        var state = (await HeldAsync()).State;
        if (state.Exists)
        {
            await CommitAsync(now => new ForgetTurn(now, turn), new CommandMeta($"forget:{runId}", runId, state.Principal));
        }
    }
}
