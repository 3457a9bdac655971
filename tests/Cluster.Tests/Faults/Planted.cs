using System.Text.Json;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Tools;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Cluster.Tests.Faults;

/// <summary>Throws at the nth call of a seam, once.</summary>
internal sealed class Planted
{
    private int _left = int.MaxValue;

    /// <summary>It has thrown.</summary>
    public bool HasThrown { get; private set; }

    public void At(int call) => (HasThrown, _left) = (false, call);

    public void Pass()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            HasThrown = true;
            throw new InvalidOperationException("Planted.");
        }
    }
}

/// <summary>Throws at calls about a run, before or after the journal did what was asked.</summary>
internal sealed class PlantedJournal(IJournal inner, Planted before, Planted after) : JournalDecorator(inner)
{
    public override Task<Lease> AcquireAsync(string id, string? owner) => CallAsync(() => base.AcquireAsync(id, owner));

    public override Task<AppendOutcome> AppendAsync(Append append) => CallAsync(() => base.AppendAsync(append));

    public override Task<JournalView?> FindAsync(string id, CancellationToken cancellation = default) => CallAsync(() => base.FindAsync(id, cancellation));

    public override Task<RecordedCommand?> FindCommandAsync(string id, string commandId, CancellationToken cancellation = default) =>
        CallAsync(() => base.FindCommandAsync(id, commandId, cancellation));

    public override Task<IReadOnlyList<JournalEvent>> ReadAsync(string id, long afterSeq, int limit, CancellationToken cancellation = default) =>
        CallAsync(() => base.ReadAsync(id, afterSeq, limit, cancellation));

    public override Task<byte[]?> ReadBodyAsync(string id, string reference, CancellationToken cancellation = default) =>
        CallAsync(() => base.ReadBodyAsync(id, reference, cancellation));

    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        before.Pass();
        var result = await call();
        after.Pass();
        return result;
    }
}

/// <summary>Throws at any of its calls, or hands out an answer that no event can hold.</summary>
internal sealed class PlantedModels(IModelCaller inner, Planted calls, Planted codec) : IModelCaller
{
    private static readonly JsonElement TooDeep = JsonElement.Parse(new string('[', 100) + new string(']', 100), new() { MaxDepth = 200 });

    public ModelPlace? TryEnter(string model)
    {
        calls.Pass();
        return inner.TryEnter(model);
    }

    public Task<ModelPlace?> EnterAsync(string model, CancellationToken cancellation)
    {
        calls.Pass();
        return inner.EnterAsync(model, cancellation);
    }

    public ModelOutage? OutageOf(string model) => inner.OutageOf(model);

    public void Retry(string model) => inner.Retry(model);

    public async Task<ModelOutcome> AskAsync(ModelPlace place, ModelRequest request, CallBudget budget, DeltaSink onDelta, CancellationToken cancellation)
    {
        calls.Pass();
        var outcome = await inner.AskAsync(place, request, budget, onDelta, cancellation);
        calls.Pass();
        try
        {
            codec.Pass();
            return outcome;
        }
        catch (InvalidOperationException)
        {
            return ((ModelAnswer)outcome) with { Calls = [new("p", "look", TooDeep, null)] };
        }
    }
}

/// <summary>Throws before a tool is called, or when it has been.</summary>
internal sealed class PlantedTools(IToolCaller inner, Planted planted) : IToolCaller
{
    public async Task<ToolResult> CallAsync(string tool, JsonElement arguments, ToolCall call, Action<ToolResult> onLate, CancellationToken cancellation)
    {
        planted.Pass();
        var result = await inner.CallAsync(tool, arguments, call, onLate, cancellation);
        planted.Pass();
        return result;
    }

    public async Task<CheckResult> CheckAsync(string tool, JsonElement arguments, ToolCall call, CancellationToken cancellation)
    {
        planted.Pass();
        return await inner.CheckAsync(tool, arguments, call, cancellation);
    }
}

/// <summary>A clock that cannot be read once.</summary>
internal sealed class PlantedClock(Planted planted) : TimeProvider
{
    public override DateTimeOffset GetUtcNow()
    {
        planted.Pass();
        return base.GetUtcNow();
    }
}
