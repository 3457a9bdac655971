using System.Text.Json;
using OrleansAgents.Gateway.Tests.Doubles;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>Each role does what this table says, and nothing else.</summary>
public sealed class RoleTests
{
    /// <summary>Whoever is signed in.</summary>
    private const string Nothing = "";

    private static readonly Dictionary<string, string> Needed = Table(
        ("start", "StartRun OpenThread PostMessage DeleteFact RestoreMemory ChangeThread EditQueued RemoveQueued"),
        ("view", "ListAgents ListRuns GetRun ReadEvents ListSteps GetStepContext GetBody ExportRun"),
        ("view", "ListThreads GetThread ListMessages ReadThreadEvents ListFacts GetMemory"),
        ("steer", "SendMessage PauseRun ResumeRun RetryRun CancelRun GiveFeedback"),
        ("approve", "ResolvePending"),
        ("admin", "DeleteRun DeleteThread"),
        (Nothing, "GetMe GetHubTicket GetSignIn"));

    private static readonly Dictionary<string, string> NeededOnHub = Table(
        ("start", "Start Post RestoreMemory ChangeThread EditQueued RemoveQueued"), ("view", "Watch WatchThread WatchRuns"), ("steer", "Send Pause Resume Retry Cancel GiveFeedback"), ("approve", "Resolve"));

    /// <summary>The last is a token whose roles mean nothing here.</summary>
    private static readonly string[] Roles = ["start", "view", "steer", "approve", "admin", "Admin,owner"];

    [Fact]
    public async Task Over_http_each_role_does_what_the_table_says()
    {
        await using var gateway = await GuardedGateway.StartAsync();
        var calls = Calls.Of(gateway).Where(c => Calls.NameOf(c.Endpoint) is not null).ToList();
        Assert.Equal(Needed.Keys.Order(), calls.Select(c => Calls.NameOf(c.Endpoint)!).Order());
        foreach (var role in Roles)
        {
            foreach (var (endpoint, method) in calls)
            {
                var needed = Needed[Calls.NameOf(endpoint)!];
                var (status, body, _) = await gateway.SendAsync(Token.Of("alice", role), method, Calls.PathOf(endpoint), Calls.BodyOf(endpoint, method));
                var what = $"{role} {Calls.NameOf(endpoint)}: {status} {body}";
                Assert.True(status is not 401 && status == 403 == !Allows(role, needed), what);
                Assert.True(status != 403 || (body.Contains("\"forbidden\"", StringComparison.Ordinal) && body.Contains($"the role {needed}.", StringComparison.Ordinal)), what);
            }
        }
    }

    [Fact]
    public async Task Over_the_hub_each_role_does_what_the_table_says()
    {
        await using var gateway = await GuardedGateway.StartAsync();
        Assert.Equal(NeededOnHub.Keys.Order(), Calls.OfHub.Select(m => m.Name).Order());
        foreach (var role in Roles)
        {
            await using var hub = await gateway.ConnectAsync(Token.Of("alice", role));
            foreach (var method in Calls.OfHub)
            {
                var answer = await hub.CallAsync(method, Calls.ArgumentsOf(method));
                var refused = answer.TryGetProperty("problem", out var problem) && problem.GetProperty("code").GetString() == "forbidden";
                Assert.True(refused == !Allows(role, NeededOnHub[method.Name]), $"{role} {method.Name}: {answer}");
                Assert.True(!refused || problem.GetProperty("message").GetString() == $"This needs the role {NeededOnHub[method.Name]}.");
            }
        }
    }

    [Fact]
    public async Task Whoever_is_signed_in_learns_as_whom_and_what_they_may_do()
    {
        await using var gateway = await GuardedGateway.StartAsync();
        var (status, byKey, _) = await gateway.SendAsync(gateway.Give("alice", "view,start"), HttpMethod.Get, "/v1/me");
        Assert.Equal((200, """{"signedIn":true,"tenant":"default","user":"alice","roles":["start","view"]}"""), (status, byKey));
        var from = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        var (_, byToken, _) = await gateway.SendAsync(Token.Of("bob", "admin,owner", "another", from), HttpMethod.Get, "/v1/me");
        var me = JsonDocument.Parse(byToken).RootElement;
        Assert.Equal(("another", "bob", """["admin"]"""), (me.GetProperty("tenant").GetString(), me.GetProperty("user").GetString(), me.GetProperty("roles").GetRawText()));
        Assert.Equal(from.AddHours(1), me.GetProperty("until").GetDateTimeOffset());
    }

    [Fact]
    public async Task Where_nobody_is_asked_everybody_is_the_local_user_and_may_do_everything()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        var (_, me) = await gateway.SendAsync(HttpMethod.Get, "/v1/me");
        Assert.Equal("""{"signedIn":false,"tenant":"local","user":"local","roles":["admin"]}""", me.GetRawText());
    }

    private static Dictionary<string, string> Table(params (string Role, string Calls)[] rows) =>
        rows.SelectMany(row => row.Calls.Split(' ').Select(call => (call, row.Role))).ToDictionary(x => x.call, x => x.Role);

    private static bool Allows(string role, string needed) => needed == Nothing || role == needed || role == "admin";
}
