using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Limits;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Runs;

/// <summary>Commands to a run that exists. Each answers with a receipt, once its effect is durable.</summary>
internal sealed class CommandEndpoints(Caller caller)
{
    public async Task PauseAsync(HttpContext context, Principal principal, string id)
    {
        var request = await RequestBody.ReadAsync<PauseRequest>(context, optional: true);
        var meta = CommandKey.MetaOf(context.Request, principal, "pause", id, request);
        await GiveAsync(context, id, run => run.PauseAsync(request.Mode, meta));
    }

    public async Task MessageAsync(HttpContext context, Principal principal, string id)
    {
        var request = await RequestBody.ReadAsync<MessageRequest>(context);
        InputRule.Check(request.Input);
        var meta = CommandKey.MetaOf(context.Request, principal, "message", id, request);
        await GiveAsync(context, id, run => run.MessageAsync(request.Input!, request.Delivery, meta));
    }

    public async Task FeedbackAsync(HttpContext context, Principal principal, string id)
    {
        var request = await RequestBody.ReadAsync<FeedbackRequest>(context);
        Check(request);
        var meta = CommandKey.MetaOf(context.Request, principal, "feedback", id, request);
        await GiveAsync(context, id, run => run.GiveFeedbackAsync(request.Value!.Value, request.Note, meta));
    }

    public async Task ResumeAsync(HttpContext context, Principal principal, string id)
    {
        var request = await RequestBody.ReadAsync<ResumeRequest>(context, optional: true);
        var meta = CommandKey.MetaOf(context.Request, principal, "resume", id, request);
        await GiveAsync(context, id, run => run.ResumeAsync(meta));
    }

    public async Task RetryAsync(HttpContext context, Principal principal, string id)
    {
        var request = await RequestBody.ReadAsync<RetryRequest>(context, optional: true);
        var meta = CommandKey.MetaOf(context.Request, principal, "retry", id, request);
        await GiveAsync(context, id, run => run.RetryAsync(meta));
    }

    public async Task CancelAsync(HttpContext context, Principal principal, string id)
    {
        var request = await RequestBody.ReadAsync<CancelRequest>(context, optional: true);
        Check(request);
        var meta = CommandKey.MetaOf(context.Request, principal, "cancel", id, request);
        await GiveAsync(context, id, run => run.CancelAsync(request.Reason, meta));
    }

    public async Task ResolveAsync(HttpContext context, Principal principal, string id, string callId)
    {
        var request = await RequestBody.ReadAsync<ResolveRequest>(context);
        Check(request);
        var meta = CommandKey.MetaOf(context.Request, principal, "resolve", id, new { callId, request });
        await GiveAsync(context, id, run => run.ResolveAsync(callId, request.Decision!.Value, request.Result, meta));
    }

    /// <summary>Throws a problem that names the field.</summary>
    public static void Check(CancelRequest request)
    {
        const int maxReason = 4096;
        if (request.Rollback)
        {
            throw ProblemException.Invalid("rollback_unavailable", "rollback", "This build cannot roll back; cancel without it.");
        }

        if (request.Reason?.Length > maxReason)
        {
            throw ProblemException.Invalid("invalid_request", "reason", $"A reason has {maxReason} characters at most.");
        }
    }

    /// <summary>Throws a problem that names the field.</summary>
    public static void Check(FeedbackRequest request)
    {
        const int MaxNote = 2_000;
        if (request.Value is null)
        {
            throw ProblemException.Invalid("invalid_request", "value", "Say up, down or none.");
        }

        if (request.Note?.Length > MaxNote)
        {
            throw ProblemException.Invalid("invalid_request", "note", $"A note has {MaxNote} characters at most.");
        }
    }

    /// <summary>Throws a problem that names the field.</summary>
    public static void Check(ResolveRequest request)
    {
        if (request.Decision is null)
        {
            throw ProblemException.Invalid("invalid_request", "decision", "Say retry, skip or fail.");
        }

        if (request.Result is not null && request.Decision != CallDecision.Skip)
        {
            throw ProblemException.Invalid("invalid_request", "result", "A result goes with skip only.");
        }
    }

    private async Task GiveAsync(HttpContext context, string id, Func<IRunGrain, Task<CommandResult>> command)
    {
        // Not cancelled when the client leaves: it may have gone believing that its command counts.
        var receipt = await caller.CommandAsync(id, command, CancellationToken.None);
        await Answer.JsonAsync(context, receipt);
    }
}
