using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Facts;
using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Facts;

/// <param name="NextCursor">Pass as <c>cursor</c> for the next page; absent on the last.</param>
internal sealed record FactPage(IReadOnlyList<FactView> Items, string? NextCursor);

/// <summary>What is kept of the caller: listed and deleted by themselves.</summary>
internal sealed class FactEndpoints(Caller caller, IGrainFactory grains)
{
    public async Task ListAsync(HttpContext context, Principal principal)
    {
        var request = context.Request;
        var (all, cursor, limit) = (Query.Flag(request, "includeSuperseded"), Query.Text(request, "cursor"), Query.Limit(request));
        var reader = grains.GetGrain<IFactsReader>(0);
        var list = await caller.FoundAsync(() => reader.ListAsync(principal, all, cursor, limit), context.RequestAborted);
        await Answer.JsonAsync(context, new FactPage(list.Items, list.NextCursor));
    }

    public async Task DeleteAsync(HttpContext context, Principal principal, string id)
    {
        // Only the caller's own are looked at, so that another's is not found, whoever asks.
        var facts = grains.GetGrain<IFactsGrain>(JournalIds.FactsOf(principal));
        await caller.CommandAsync(() => facts.EraseAsync(id, principal), CancellationToken.None);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
