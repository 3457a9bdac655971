using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Limits;

/// <summary>What one user may ask for and hold, so that nobody takes the service from the others. Thread-safe.</summary>
/// <remarks>
/// Holds where users are told apart: without sign-in there is only whoever works at this machine. Who is not signed in is refused
/// before anything is read or kept for them, and has no count.
/// </remarks>
internal sealed class UserLimits : IDisposable
{
    public const string TooManyRequests = "too_many_requests";
    public const string TooManyOpen = "too_many_open";
    public const string TooManyBytes = "too_many_bytes";
    private static readonly Principal Nobody = new("", "");
    private readonly LimitSettings _settings;
    private readonly PartitionedRateLimiter<Principal> _rate;
    private readonly PartitionedRateLimiter<Principal> _open;
    private readonly BytesPerUser? _bytes;

    public UserLimits(IConfiguration configuration, AuthMode mode)
    {
        var settings = _settings = LimitSettings.Read(configuration);
        _bytes = mode.Asks ? new(settings.BodyBytesPerUser) : null;
        _rate = Of(mode, who => RateLimitPartition.GetTokenBucketLimiter(who, _ => new()
        {
            TokenLimit = settings.Burst,
            TokensPerPeriod = settings.RequestsPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        }));
        _open = Of(mode, who => RateLimitPartition.GetConcurrencyLimiter(who, _ => new() { PermitLimit = settings.OpenPerUser }));
    }

    /// <summary>Holds for every request; a stream or a hub connection is a request for as long as it lasts.</summary>
    public void Limit(RateLimiterOptions options)
    {
        options.GlobalLimiter = PartitionedRateLimiter.CreateChained(
            _rate.WithTranslatedKey<HttpContext>(WhoIs, leaveOpen: true), _open.WithTranslatedKey<HttpContext>(WhoIs, leaveOpen: true));

        // Only the count of requests knows when there will be room again.
        options.OnRejected = (rejected, cancellation) =>
        {
            var (code, detail) = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out _) ? Requests : Open;
            throw new ProblemException(StatusCodes.Status429TooManyRequests, code, detail);
        };
    }

    /// <summary>Counts a call that comes over a connection; null, or why it is one too many.</summary>
    public (string Code, string Detail)? OfCall(Principal who)
    {
        using var lease = _rate.AttemptAcquire(who);
        return lease.IsAcquired ? null : Requests;
    }

    /// <summary>Counts a stream over a connection until the lease is disposed.</summary>
    public RateLimitLease OfStream(Principal who) => _open.AttemptAcquire(who);

    /// <summary>Counts the bytes that a request or a connection holds until it is disposed.</summary>
    public HeldBytes BytesOf(Principal who) => new(_bytes, who);

    /// <summary>What is held of a user's requests at this moment; 0 where nobody is counted.</summary>
    public long BytesHeldOf(Principal who) => _bytes?.Of(who) ?? 0;

    public (string Code, string Detail) Bytes =>
        (TooManyBytes, $"The service holds {_settings.BodyBytesPerUser} bytes of your requests, and more are not read (Limits:BodyBytesPerUser). Wait for some of them to be answered.");

    public (string Code, string Detail) Open =>
        (TooManyOpen, $"You hold {_settings.OpenPerUser} requests, streams and connections open, and more are not allowed (Limits:OpenPerUser). Close some.");

    public void Dispose()
    {
        _rate.Dispose();
        _open.Dispose();
    }

    private (string Code, string Detail) Requests =>
        (TooManyRequests, $"You may ask {_settings.RequestsPerSecond} times a second (Limits:RequestsPerSecond). Wait a moment.");

    private static Principal WhoIs(HttpContext context) => context.User.Identity is { IsAuthenticated: true } ? Identity.Of(context.User).Principal : Nobody;

    private static PartitionedRateLimiter<Principal> Of(AuthMode mode, Func<Principal, RateLimitPartition<Principal>> limit) =>
        PartitionedRateLimiter.Create<Principal, Principal>(who => mode.Asks && who != Nobody ? limit(who) : RateLimitPartition.GetNoLimiter(who));
}
