using System.Net;
using System.Text;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Gateway.Tests.Streams;
using OrleansAgents.Runs;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Http;

/// <summary>Whatever is wrong with a request: a problem with its code and field, nothing done, the server unharmed.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private const string Known = SampleEvents.RunId;
    private ScriptedGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await ScriptedGateway.StartAsync();
        _gateway.Runs.Run(Known).Record(SampleEvents.Created).Record(new RunStarted());
    }

    public async ValueTask DisposeAsync()
    {
        // Whatever a test did, the next request is answered as ever.
        Assert.Equal(200, (await _gateway.SendAsync(HttpMethod.Get, $"/v1/runs/{Known}")).Status);
        await _gateway.DisposeAsync();
    }

    [Theory]
    [InlineData("", 400, "body_required", "body")]
    [InlineData("{", 400, "malformed_json", "body")]
    [InlineData("""{"agent":"a","input":"\ud800"}""", 400, "invalid_request", "input")]
    [InlineData("[]", 400, "invalid_request", "$")]
    [InlineData("null", 400, "invalid_request", "$")]
    [InlineData("""{"agent":1,"input":"x"}""", 400, "invalid_request", "agent")]
    [InlineData("""{"agent":"a","input":["x"]}""", 400, "invalid_request", "input")]
    [InlineData("""{"agent":"a","input":"x","budget":{"steps":"3"}}""", 400, "invalid_request", "budget.steps")]
    [InlineData("""{"agent":"a","input":"x","budget":{"steps":0}}""", 400, "invalid_request", "budget.steps")]
    [InlineData("""{"agent":"a","input":"x","budget":{"cost":0}}""", 400, "invalid_request", "budget.cost")]
    [InlineData("""{"agent":"a","input":"x","budget":{"cost":1000001}}""", 400, "invalid_request", "budget.cost")]
    [InlineData("""{"agent":"a","input":"x","budget":{"cost":"0.5"}}""", 400, "invalid_request", "budget.cost")]
    [InlineData("""{"agent":"a","input":"x","outputSchema":{"type":"object","title":"\ud800"}}""", 400, "invalid_request", "$")]
    [InlineData("""{"agent":"a","input":"x","budget":{"step":1}}""", 400, "unknown_field", "budget.step")]
    [InlineData("""{"agent":"a","input":"x","colour":1}""", 400, "unknown_field", "colour")]
    [InlineData("""{"agent":"a","input":"x","input":"y"}""", 400, "invalid_request", "input")]
    [InlineData("""{"agent":"a","input":"x","metadata":{"k":1}}""", 400, "invalid_request", "metadata.k")]
    [InlineData("""{"agent":"a","input":"x","metadata":{"k":null}}""", 400, "invalid_request", "metadata.k")]
    [InlineData("""{"agent":"a","input":"x","startAt":"tomorrow"}""", 400, "invalid_request", "startAt")]
    [InlineData("""{"agent":"a","input":"x","stream":"yes"}""", 400, "invalid_request", "stream")]
    [InlineData("""{"agent":"a","input":"x","threadId":"thr_1"}""", 400, "invalid_request", "threadId")]
    [InlineData("""{"input":"x"}""", 400, "agent_required", "agent")]
    [InlineData("""{"agent":"a"}""", 400, "input_required", "input")]
    [InlineData("""{"agent":"a","input":" \n\t"}""", 400, "input_required", "input")]
    public async Task A_start_that_cannot_be_understood_names_its_field(string body, int status, string code, string field)
    {
        await RefusedAsync(HttpMethod.Post, "/v1/runs", body, status, code, field);
        Assert.Empty(_gateway.Runs.Commands);
    }

    [Theory, InlineData(1024 * 1024 + 1, "input"), InlineData(6_000_000, "input"), InlineData(9_000_000, "body")]
    public async Task An_input_that_is_too_large_is_refused_in_an_answer(int length, string field)
    {
        await RefusedAsync(HttpMethod.Post, "/v1/runs", $$"""{"agent":"a","input":"{{new string('x', length)}}"}""", 413, "input_too_large", field);
        Assert.Empty(_gateway.Runs.Commands);
    }

    [Fact]
    public async Task The_largest_input_is_taken()
    {
        var (status, _) = await _gateway.SendAsync(HttpMethod.Post, "/v1/runs", $$"""{"agent":"a","input":"{{new string('x', 1024 * 1024)}}"}""");
        Assert.Equal(202, status);
    }

    [Theory]
    [InlineData("GET", "/v1/runs/run_unknown", 404, "run_not_found", "id")]
    [InlineData("GET", "/v1/runs/..%2F..%2Fetc", 404, "run_not_found", "id")]
    [InlineData("GET", "/v1/runs/run_unknown/events", 404, "run_not_found", "id")]
    [InlineData("POST", "/v1/runs/run_unknown/pause", 404, "run_not_found", "id")]
    [InlineData("DELETE", "/v1/runs/run_unknown", 404, "run_not_found", "id")]
    [InlineData("GET", "/v1/runs/run_test/steps/7/context", 404, "step_not_found", "n")]
    [InlineData("GET", "/v1/runs/run_test/steps/x/context", 404, "step_not_found", "n")]
    [InlineData("GET", "/v1/runs/run_test/bodies/sha256:0", 404, "body_not_found", "hash")]
    [InlineData("GET", "/v1/nothing", 404, "route_not_found", "path")]
    [InlineData("GET", "/nothing", 404, "route_not_found", "path")]
    [InlineData("PUT", "/v1/runs", 405, "method_not_allowed", "method")]
    [InlineData("GET", "/v1/runs?limit=0", 400, "invalid_limit", "limit")]
    [InlineData("GET", "/v1/runs?limit=501", 400, "invalid_limit", "limit")]
    [InlineData("GET", "/v1/runs?limit=ten", 400, "invalid_limit", "limit")]
    [InlineData("GET", "/v1/runs?limit=1&limit=2", 400, "invalid_limit", "limit")]
    [InlineData("GET", "/v1/runs?status=done", 400, "invalid_status", "status")]
    [InlineData("GET", "/v1/runs?status=0", 400, "invalid_status", "status")]
    [InlineData("GET", "/v1/runs?cursor=x", 400, "invalid_cursor", "cursor")]
    [InlineData("GET", "/v1/runs/run_test/events?after=-1", 400, "invalid_cursor", "after")]
    [InlineData("GET", "/v1/runs/run_test/events?after=1.1.1", 400, "invalid_cursor", "after")]
    [InlineData("GET", "/v1/runs/run_test/events?limit=1000", 400, "invalid_limit", "limit")]
    public async Task A_path_or_query_that_is_wrong_names_itself(string method, string path, int status, string code, string field) =>
        await RefusedAsync(new(method), path, null, status, code, field);

    [Theory]
    [InlineData("cancel", """{"rollback":true}""", "rollback_unavailable", "rollback")]
    [InlineData("cancel", """{"reason":1}""", "invalid_request", "reason")]
    [InlineData("pause", """{"mode":"soon"}""", "invalid_request", "mode")]
    [InlineData("pause", """{"mode":0}""", "invalid_request", "mode")]
    [InlineData("messages", """{"input":" "}""", "input_required", "input")]
    [InlineData("messages", """{"input":"hi","delivery":"soon"}""", "invalid_request", "delivery")]
    [InlineData("resume", """{"now":true}""", "unknown_field", "now")]
    [InlineData("pending/c1", "{}", "invalid_request", "decision")]
    [InlineData("pending/c1", """{"decision":"approve"}""", "invalid_request", "decision")]
    [InlineData("pending/c1", """{"decision":"retry","result":"x"}""", "invalid_request", "result")]
    public async Task A_command_that_cannot_be_understood_names_its_field(string command, string body, string code, string field)
    {
        await RefusedAsync(HttpMethod.Post, $"/v1/runs/{Known}/{command}", body, 400, code, field);
        Assert.Empty(_gateway.Runs.Commands);
    }

    [Theory, InlineData("text/plain"), InlineData("application/x-www-form-urlencoded"), InlineData("application/json; charset=utf-16"), InlineData("x")]
    public async Task A_body_that_is_not_json_is_refused(string type)
    {
        foreach (var path in new[] { "/v1/runs", $"/v1/runs/{Known}/cancel" })
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            using var response = await _gateway.Client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
            Assert.Contains("\"code\":\"unsupported_media_type\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.Empty(_gateway.Runs.Commands);
    }

    [Fact]
    public async Task A_command_to_an_ended_run_says_where_the_run_stands()
    {
        _gateway.Runs.Refusals.Enqueue(new(ProblemCodes.InvalidState, "The run has completed.", Status: RunStatus.Completed));
        var problem = await RefusedAsync(HttpMethod.Post, $"/v1/runs/{Known}/resume", null, 409, "invalid_state", "id");
        Assert.Equal("completed", problem.GetProperty("runStatus").GetString());
    }

    [Theory, InlineData(""), InlineData("a b"), InlineData("a\tb")]
    public async Task A_key_that_is_none_is_refused(string key) =>
        await RefusedAsync(HttpMethod.Post, $"/v1/runs/{Known}/pause", null, 400, "invalid_idempotency_key", "Idempotency-Key", ("Idempotency-Key", key));

    [Fact]
    public async Task A_failure_tells_an_id_and_nothing_else()
    {
        var problem = await RefusedAsync(HttpMethod.Get, "/breaks", null, 500, "internal_error", null);
        Assert.DoesNotContain("secret", problem.GetRawText());
        Assert.NotEmpty(problem.GetProperty("id").GetString()!);
    }

    private async Task<System.Text.Json.JsonElement> RefusedAsync(
        HttpMethod method, string path, string? body, int status, string code, string? field, params (string, string)[] headers)
    {
        var (answered, problem) = await _gateway.SendAsync(method, path, body, headers);
        Assert.Equal((status, code, field), (answered, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()));
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        return problem;
    }
}
