using System.Security.Cryptography;
using System.Text.Json;
using OrleansAgents.Core.Facts;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Facts;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Facts;

/// <summary>The shell around the core of a user's facts: one command at a time, durable before it answers.</summary>
/// <remarks>
/// Not reentrant. Nothing is in flight between calls, so the journal has no owner; whatever goes wrong, the state is dropped and
/// folded again by the next call (<c>FactsGrain.Commit.cs</c>).
/// </remarks>
[GrainType("facts")]
internal sealed partial class FactsGrain(IJournal journal, TimeProvider time) : Grain, IFactsGrain, IFactsUpkeep
{
    private string Id => this.GetPrimaryKeyString();

    public async Task<FactReply> RememberAsync(string key, string text, FactTrust trust, FactSource source, CommandMeta meta)
    {
        var content = new FactContent(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), FactContent.KeyOf(key), text.Trim());
        var data = content.ToBody();
        var body = new Body(Bodies.Hash(data), data);
        var id = JournalIds.FactOf(Id, meta.CommandId);
        var (receipt, decision, problem) = await CommitAsync(
            now => new Remember(now, id, content, new(body.Ref, data.Length, ""), source, trust), meta, [body]);
        return new(receipt, problem is null ? Said(id, decision?.Known) : null, problem);
    }

    public async Task<FactReply> ForgetAsync(string key, bool asked, FactSource source, CommandMeta meta)
    {
        var (receipt, _, problem) = await CommitAsync(now => new Forget(now, FactContent.KeyOf(key), source, asked), meta, []);
        return new(receipt, "Forgotten.", problem);
    }

    public async Task<CommandResult> EraseAsync(string factId, Principal principal)
    {
        if (Id != JournalIds.FactsOf(principal))
        {
            return FactDecision.NotFound;
        }

        var (receipt, _, problem) = await CommitAsync(now => new Erase(now, factId, principal.User), new("", "", principal), []);
        return problem is null ? receipt! : problem;
    }

    public async Task<byte[]?> TellAsync(long budget)
    {
        FactsMessage? told;
        try
        {
            told = FactTelling.Of(await SeenAsync(), budget);
        }
        catch (Exception e) when (e is JournalDamagedException or NewerBuildException)
        {
            // What cannot be read must not keep the user from their agents.
            Drop();
            told = FactTelling.Unreadable;
        }

        return told is null ? null : JsonSerializer.SerializeToUtf8Bytes(told, ModelRequestJson.Relaxed.RequestMessage);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Drop();
        return Task.CompletedTask;
    }

    /// <summary>The same for every attempt at a call, as far as the facts still show what it did.</summary>
    private string Said(string factId, UserFact? known) =>
        known is { Content: { } content } ? $"Nothing changed: that is kept already, as \"{content.Key}\"."
        : _held?.State.Facts.GetValueOrDefault(factId) is not { } fact ? "Nothing changed: that is kept already."
        : fact.Trust == FactTrust.Tool ? "Kept, and marked as untrusted: tools were read before, and text and key are not both the user's own words. It takes the place of nothing that the user said."
        : "Kept.";
}
