using System.Text.Json;
using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Runs;
using OrleansAgents.Runs;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Http;

public sealed class RequestHashTests
{
    private const string Plain = """{"agent":"a","input":"hi","metadata":{"x":"1","y":"2"},"budget":{"steps":3}}""";

    [Theory]
    [InlineData("""{ "budget" : { "steps" : 3 }, "metadata": {"y":"2","x":"1"},  "input":"hi", "agent":"a" }""")]
    [InlineData("""{"agent":"\u0061","input":"hi","metadata":{"x":"1","y":"2"},"budget":{"steps":3},"model":null,"stream":true}""")]
    public void The_same_request_written_differently_has_the_same_hash(string other) => Assert.Equal(Hash(Plain), Hash(other));

    [Theory]
    [InlineData("""{"agent":"a","input":"hi ","metadata":{"x":"1","y":"2"},"budget":{"steps":3}}""")]
    [InlineData("""{"agent":"a","input":"hi","metadata":{"x":"2","y":"1"},"budget":{"steps":3}}""")]
    [InlineData("""{"agent":"a","input":"hi","metadata":{"x":"1","y":"2"},"budget":{"tokens":3}}""")]
    [InlineData("""{"agent":"a","input":"hi","metadata":{"x":"1","y":"2"},"budget":{"steps":3},"outputSchema":{"type":"object"}}""")]
    public void Another_request_has_another_hash(string other) => Assert.NotEqual(Hash(Plain), Hash(other));

    [Fact]
    public void The_same_moment_in_two_zones_is_the_same_request() => Assert.Equal(
        Hash("""{"agent":"a","input":"x","startAt":"2030-01-01T12:00:00Z"}"""),
        Hash("""{"agent":"a","input":"x","startAt":"2030-01-01T14:00:00+02:00"}"""));

    [Fact]
    public void A_hash_covers_the_command_and_its_run() => Assert.Equal(
        3,
        new[] { RequestHash.Of("pause", "run_1", 0), RequestHash.Of("pause", "run_2", 0), RequestHash.Of("cancel", "run_1", 0) }.Distinct().Count());

    [Fact]
    public void A_key_names_the_same_run_always_and_that_of_another_user_or_tenant_another()
    {
        var who = new Principal("t", "a");
        Assert.Equal(JournalIds.RunOfKey(who, "k"), JournalIds.RunOfKey(new("t", "a"), "k"));
        Assert.Equal(4, new[]
        {
            JournalIds.RunOfKey(who, "k"), JournalIds.RunOfKey(new("u", "a"), "k"), JournalIds.RunOfKey(new("t", "b"), "k"), JournalIds.RunOfKey(who, "l"),
        }.Distinct().Count());
        Assert.Matches("^run_[a-z2-7]{32}$", JournalIds.RunOfKey(who, "k"));
    }

    [Fact]
    public void Random_ids_never_meet()
    {
        var ids = Enumerable.Range(0, 100_000).Select(_ => JournalIds.NewRun()).ToHashSet();
        Assert.Equal(100_000, ids.Count);
        Assert.All(ids, id => Assert.True(JournalIds.CanBeRun(id)));
    }

    [Theory]
    [InlineData(ProblemCodes.RunNotFound, 404), InlineData(ProblemCodes.AgentNotFound, 404), InlineData(ProblemCodes.BodyNotFound, 404)]
    [InlineData(ProblemCodes.RunDeleted, 410), InlineData(ProblemCodes.InvalidState, 409), InlineData(ProblemCodes.IdempotencyMismatch, 409)]
    [InlineData(ProblemCodes.RetryTooEarly, 409), InlineData(ProblemCodes.StorageFull, 507), InlineData(ProblemCodes.StorageUnavailable, 503)]
    [InlineData(ProblemCodes.RunCorrupt, 500), InlineData(ProblemCodes.ThreadCorrupt, 500), InlineData(ProblemCodes.FactsCorrupt, 500), InlineData(ProblemCodes.InvalidRequest, 400)]
    public void Each_code_has_its_status(string code, int status) => Assert.Equal(status, Problems.StatusOf(code));

    private static string Hash(string json) =>
        StartRules.HashOf(JsonSerializer.Deserialize<StartRequest>(json, GatewayJson.Requests)!);
}
