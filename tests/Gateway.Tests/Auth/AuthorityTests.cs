using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>Tokens of an authority that the service asks for its keys.</summary>
public sealed class AuthorityTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Its_tokens_open_and_whatever_it_did_not_sign_for_this_service_and_this_hour_is_refused_alike()
    {
        await using var authority = await Authority.StartAsync();
        await using var gateway = await GuardedGateway.StartAsync(null, authority.Settings);
        var now = DateTimeOffset.UtcNow;
        var good = authority.Token("alice");
        Assert.Equal(200, await StatusAsync(gateway, good));
        var refusals = new HashSet<(int, string, string)>();
        string[] wrong =
        [
            authority.Token("alice", audience: "another"), authority.Token("alice", issuer: "https://evil.example"),
            authority.Token("alice", from: now.AddHours(-2)), authority.Token("alice", from: now.AddHours(1)),
            authority.Token("alice", key: Authority.NewKey()), authority.Token("alice", key: Authority.NewKey(authority.Key.KeyId)),
            Token.Unsigned(good), Token.Forged(good), Token.Of("alice"), Token.Of("alice", issuer: authority.Issuer),
            .. authority.PublicKeyAsSecret().Select(secret => authority.Token("alice", key: secret, algorithm: SecurityAlgorithms.HmacSha256)),
        ];
        foreach (var bad in wrong)
        {
            var refusal = await gateway.SendAsync(bad, HttpMethod.Get, "/v1/me");
            Assert.True(refusal.Status == 401, $"{bad}: {refusal}");
            refusals.Add(refusal);
        }

        Assert.Single(refusals);
        Assert.Equal(200, await StatusAsync(gateway, good));
    }

    [Fact]
    public async Task When_it_changes_its_keys_new_tokens_are_taken_and_those_of_the_old_key_no_longer()
    {
        await using var authority = await Authority.StartAsync();
        await using var gateway = await GuardedGateway.StartAsync(null, authority.Settings);
        var before = authority.Token("alice");
        Assert.Equal(200, await StatusAsync(gateway, before));
        authority.Rotate();
        var after = authority.Token("alice");

        // The unknown key makes the service ask again, beside the request that has it.
        using var patience = new CancellationTokenSource(Patience);
        while (await StatusAsync(gateway, after) != 200)
        {
            Assert.False(patience.IsCancellationRequested, "A token of the new key is not taken.");
        }

        Assert.Equal(401, await StatusAsync(gateway, before));
    }

    [Fact]
    public async Task While_it_cannot_be_reached_nobody_gets_in_by_token_and_keys_go_on()
    {
        await using var authority = await Authority.StartAsync();
        var token = authority.Token("alice");
        var settings = authority.Settings;
        await authority.DisposeAsync();
        await using var gateway = await GuardedGateway.StartAsync(null, settings);
        Assert.Equal(401, await StatusAsync(gateway, token));
        Assert.Equal(200, await StatusAsync(gateway, gateway.Give("alice")));
    }

    [Fact]
    public async Task A_live_stream_ends_as_its_token_expires()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var authority = await Authority.StartAsync();
        await using var gateway = await GuardedGateway.StartAsync(services => services.AddSingleton<TimeProvider>(time), authority.Settings);
        var token = authority.Token("alice", time.GetUtcNow(), TimeSpan.FromMinutes(10));
        using var viewer = await gateway.WatchAsync(token, $"/v1/runs/{await gateway.StartRunAsync(token)}/events");
        Assert.Equal("1 run.created", (await viewer.NextAsync())!.Short);
        time.Advance(TimeSpan.FromMinutes(10));
        await viewer.RestAsync().WaitAsync(Patience);
        Assert.Equal(401, await StatusAsync(gateway, token));
    }

    private static async Task<int> StatusAsync(GuardedGateway gateway, string credential) =>
        (await gateway.SendAsync(credential, HttpMethod.Get, "/v1/me")).Status;
}
