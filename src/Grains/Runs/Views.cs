using OrleansAgents.Agents.Catalog;
using OrleansAgents.Agents.Models;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Threads;

namespace OrleansAgents.Grains.Runs;

/// <summary>From state and headers to what clients see.</summary>
internal static class Views
{
    /// <param name="refusal">Why the store takes no writes; null when it does.</param>
    /// <param name="outage">Why the run's model is not asked at present, as far as this process knows.</param>
    public static RunView Of(string id, RunState s, JournalEvent created, string? refusal, ModelOutage? outage = null)
    {
        var (status, reason, why) = Standing.Of(s);
        why = outage is not null && why == Standing.InQueue ? Standing.NotAsked(new(outage.Reason, outage.Until, outage.Error)) : why;
        var input = ((RunCreated)created.Decode()!).Input;
        var error = s.Ended == RunStatus.Failed ? s.Error : null;
        return new(
            id, s.ThreadId, s.Agent, s.Definition, s.ModelName, status, reason, s.Ended is null ? refusal ?? why : null, s.Step, s.Head,
            input, s.Ended == RunStatus.Completed ? s.Output : null, error, Pending(s), s.Usage, s.Budget, s.CreatedAt, s.UpdatedAt,
            s.EndedAt, s.Metadata, s.Feedback is { Value: not FeedbackValue.None } f ? new(f.Value, f.Note, f.By) : null);
    }

    /// <summary>A run whose journal this build cannot fold: what its header knows, and why it stands still.</summary>
    public static RunView Parked(JournalHeader h, string reason, string why) => new(
        h.Id, h.ThreadId, h.Agent, "", h.Model, h.EndedAt is null ? RunStatus.Paused : h.Status, reason, why, 0, h.Head, h.Summary, null,
        null, [], new(), null, h.CreatedAt, h.UpdatedAt, h.EndedAt, new Dictionary<string, string>());

    public static RunSummary Of(JournalHeader h) => new(
        h.Id, h.ThreadId, h.Agent, h.Model, h.Status, h.Reason, h.Head, h.Summary, h.CreatedAt, h.UpdatedAt, h.EndedAt);

    public static ThreadSummary Of(JournalHeader thread, RunSummary? newest) => new(
        thread.Id, thread.Summary, thread.CreatedAt, thread.ActiveAt!.Value, newest, thread.Agent.Length > 0 ? thread.Agent : null,
        thread.Marks.HasFlag(ThreadMarks.Pinned) ? true : null, thread.Marks.HasFlag(ThreadMarks.Archived) ? true : null);

    public static AgentView Of(AgentDefinition a, IAgentCatalog catalog) => new(
        a.Name, a.Description, Bodies.Hash(a.ToBody()), a.Model, catalog.IsDemo(a.Model),
        [.. a.Tools.Select(t => new ToolView(t.Name, t.Description, t.Effect, catalog.AsksForApproval(t.Name), RawJson.From(t.Parameters)))],
        catalog.OverridesOf(a.Name).Instructions, catalog.OverridesOf(a.Name).Models, a.Output is { } output ? RawJson.From(output) : null);

    private static List<PendingView> Pending(RunState s) =>
        [.. s.Tools.Where(t => t.Phase == CallPhase.Deciding)
            .Select(t => new PendingView("decision", t.CallId, t.Tool, RawJson.From(t.Arguments), t.Question, t.RetryFrom))];
}
