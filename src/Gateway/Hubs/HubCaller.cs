using System.Runtime.CompilerServices;
using System.Security.Claims;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Limits;

namespace OrleansAgents.Gateway.Hubs;

/// <summary>Checks each call over a connection: the right to it may have ended since it was made.</summary>
internal sealed class HubCaller(Sessions sessions, UserLimits limits)
{
    private static readonly HubProblem SignInAgain = new(Refusals.Unauthenticated, "Authorization", Refusals.SignInSentence);

    /// <summary>Gives a command, or answers why not.</summary>
    public Task<HubAnswer> Command(ClaimsPrincipal? user, Roles role, Func<Principal, Task<HubAnswer>> give)
    {
        var who = Identity.Of(user);
        return RefusalOf(who, role) is { } problem ? Task.FromResult(new HubAnswer(null, problem)) : give(who.Principal);
    }

    /// <summary>Passes a stream on for as long as the caller may see it; if that ends first, the last item says so.</summary>
    public async IAsyncEnumerable<T> Stream<T>(
        ClaimsPrincipal? user, Func<Principal, CancellationToken, IAsyncEnumerable<T>> watch, Func<HubProblem, T> ending,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var who = Identity.Of(user);
        if (RefusalOf(who, Roles.View) is { } refusal)
        {
            yield return ending(refusal);
            yield break;
        }

        using var place = limits.OfStream(who.Principal);
        if (!place.IsAcquired)
        {
            yield return ending(Of(limits.Open)!);
            yield break;
        }

        using var session = sessions.Begin(who);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, session.Token);
        await using var items = watch(who.Principal, end.Token).GetAsyncEnumerator(CancellationToken.None);
        while (await NextAsync(items, session.Token))
        {
            yield return items.Current;
        }

        if (session.Token.IsCancellationRequested)
        {
            yield return ending(SignInAgain);
        }
    }

    private static async Task<bool> NextAsync<T>(IAsyncEnumerator<T> items, CancellationToken over)
    {
        try
        {
            return await items.MoveNextAsync() && !over.IsCancellationRequested;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return false;
        }
    }

    private static HubProblem? Of((string Code, string Detail)? limit) => limit is { } l ? new(l.Code, null, l.Detail) : null;

    private HubProblem? RefusalOf(Identity who, Roles role) =>
        !sessions.Holds(who) ? SignInAgain
        : !who.Roles.Allow(role) ? new(Refusals.Forbidden, null, Refusals.RoleSentence(role.Name()))
        : Of(limits.OfCall(who.Principal));
}
