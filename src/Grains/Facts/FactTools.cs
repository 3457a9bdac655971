using System.ComponentModel;
using Microsoft.Extensions.Logging;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Client.Calls;
using OrleansAgents.Core.Facts;
using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Facts;

/// <summary>The tools <c>remember</c> and <c>forget</c>. Whose facts they are, and how far they are trusted, follows from the calling run alone.</summary>
internal sealed class FactTools(IJournal journal, IGrainFactory grains, TimeProvider time, ILogger<Caller> log)
{
    private readonly Caller _caller = new(grains, time, log);

    public ToolRegistration Remember => Registration(RememberAsync, FactTool.Remember);

    public ToolRegistration Forget => Registration(ForgetAsync, FactTool.Forget);

    private Task<string> RememberAsync(
        [Description("What it is about, in a word or two.")] string key, [Description("The fact; at most 1,000 characters.")] string text, ToolCall call) =>
        AskAsync(call, (facts, read, source, meta) => facts.RememberAsync(key, text, read.TrustOf(FactContent.KeyOf(key), text), source, meta));

    private Task<string> ForgetAsync(string key, ToolCall call) =>
        AskAsync(call, (facts, read, source, meta) => facts.ForgetAsync(key, read.Named(FactContent.KeyOf(key)), source, meta));

    /// <summary>Asks until the facts answer; the call's key makes sure that it happens once.</summary>
    private async Task<string> AskAsync(ToolCall call, Func<IFactsUpkeep, Provenance, FactSource, CommandMeta, Task<FactReply>> ask)
    {
        var run = (await journal.FindAsync(call.RunId) ?? throw new ToolException("This run is gone.")).Header;
        var read = await ReadAsync(call);
        var facts = grains.GetGrain<IFactsUpkeep>(JournalIds.FactsOf(run.Principal));
        var source = new FactSource(call.RunId, run.ThreadId, run.Agent, call.Step, call.CallId);

        // The run's journal pins what the key stands for; a hash of the text would outlive it.
        var meta = new CommandMeta(call.IdempotencyKey, "", run.Principal);
        var said = "";
        try
        {
            await _caller.CommandAsync(
                async () =>
                {
                    var reply = await ask(facts, read, source, meta);
                    said = reply.Said ?? "";
                    return new(reply.Receipt, reply.Problem);
                },
                CancellationToken.None);
        }
        catch (RefusedException e)
        {
            throw new ToolException(e.Message);
        }

        return said;
    }

    /// <summary>What the model had before it when it asked for this call: the same for every attempt, whatever has come since.</summary>
    private async Task<Provenance> ReadAsync(ToolCall call)
    {
        var earlier = EarlierContext.Empty;
        var before = new List<RunEvent>();
        await foreach (var row in journal.ReadAllAsync(call.RunId, 0))
        {
            var e = (RunEvent)row.Decode()!;
            if (e is ModelCompleted m && m.ToolCalls.Any(t => t.CallId == call.CallId))
            {
                break;
            }

            if (e is RunCreated { Earlier: { } body })
            {
                earlier = EarlierContext.FromBody(await Bodies.LoadAsync(journal, call.RunId, body.Ref));
            }

            before.Add(e switch
            {
                RunCreated c => c with { Input = await Bodies.LoadAsync(journal, call.RunId, c.Input) },
                MessageReceived => await Bodies.WholeAsync(journal, call.RunId, e),
                _ => e,
            });
        }

        return new(earlier, before);
    }

    private static ToolRegistration Registration(Delegate method, ToolDefinition tool) => new(method, tool.Name)
    {
        Description = tool.Description,
        Effect = tool.Effect,
        TimeoutSeconds = tool.TimeoutSeconds,
        Retries = tool.Retries,
    };
}
