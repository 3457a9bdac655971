using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using OrleansAgents.Client.Streams;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>Cursors far beyond any journal, over every protocol and against a real store.</summary>
public sealed class UnreachableCursorTests : IAsyncLifetime
{
    private const string Thread = "thr_of_unreachable_01";
    private static readonly string Largest = Cursor.MaxNumber.ToString(CultureInfo.InvariantCulture);
    private static readonly string[] Beyond = ["2147483648", "9007199254740991", "9223372036854775806", "9223372036854775807"];
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private RealGateway _gateway = null!;
    private string _run = "";

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(_ => new Reply().Text("hi").Finish("stop"));
        _gateway = await RealGateway.StartAsync(_folder.File("agents.db"), _models);
        var (_, posted) = await _gateway.SendAsync(HttpMethod.Post, $"/v1/threads/{Thread}/messages", """{"input":"hi","agent":"plain"}""");
        _run = posted.GetProperty("runId").GetString()!;
        using var viewer = await SseReader.OpenAsync(_gateway.Client, $"/v1/runs/{_run}/events");
        await viewer.RestAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_page_after_a_number_that_no_journal_reaches_is_refused_and_one_after_the_largest_is_empty()
    {
        foreach (var path in new[] { $"/v1/runs/{_run}/events", $"/v1/runs/{_run}/steps", $"/v1/threads/{Thread}/events", $"/v1/threads/{Thread}/messages" })
        {
            foreach (var after in Beyond)
            {
                Refused("after", await _gateway.SendAsync(HttpMethod.Get, $"{path}?after={after}"));
            }

            var (status, page) = await _gateway.SendAsync(HttpMethod.Get, $"{path}?after={Largest}");
            Assert.Equal((200, 0), (status, page.GetProperty("items").GetArrayLength()));
        }
    }

    [Fact]
    public async Task A_stream_from_a_cursor_that_no_journal_reaches_is_refused_and_one_from_the_largest_is_a_gap()
    {
        foreach (var path in new[] { $"/v1/runs/{_run}/events", $"/v1/threads/{Thread}/events" })
        {
            var own = path.Contains("threads", StringComparison.Ordinal) ? ":1" : "";
            foreach (var cursor in Beyond.SelectMany(number => new[] { number, $"{number}.1.1", own.Length > 0 ? $"1:{number}" : number }))
            {
                using var byHeader = await SseReader.OpenAsync(_gateway.Client, path, cursor);
                Refused("Last-Event-ID", ((int)byHeader.Response.StatusCode, JsonDocument.Parse(await byHeader.TextAsync()).RootElement));
                using var byQuery = await SseReader.OpenAsync(_gateway.Client, $"{path}?after={cursor}");
                Refused("after", ((int)byQuery.Response.StatusCode, JsonDocument.Parse(await byQuery.TextAsync()).RootElement));
            }

            using var far = await SseReader.OpenAsync(_gateway.Client, path, Largest + own);
            Assert.Equal("gap", (await far.NextAsync())!.Name);
        }
    }

    [Fact]
    public async Task A_watch_from_a_cursor_that_no_journal_reaches_is_refused()
    {
        await using var hub = new HubConnectionBuilder().WithUrl(new Uri(_gateway.Client.BaseAddress!, "/hubs/runs")).Build();
        await hub.StartAsync(TestContext.Current.CancellationToken);
        foreach (var number in Beyond)
        {
            foreach (var (method, id, cursor) in new[] { ("Watch", _run, number), ("WatchThread", Thread, number), ("WatchThread", Thread, $"1:{number}") })
            {
                var items = await hub.StreamAsync<JsonElement>(method, id, cursor).ToListAsync(TestContext.Current.CancellationToken);
                Assert.Equal("invalid_cursor", Assert.Single(items).GetProperty("problem").GetProperty("code").GetString());
            }
        }
    }

    private static void Refused(string field, (int Status, JsonElement Body) answer)
    {
        Assert.True(answer.Status == 400, $"{answer.Status} {answer.Body}");
        Assert.Equal(("invalid_cursor", field), (answer.Body.GetProperty("code").GetString(), answer.Body.GetProperty("field").GetString()));
    }
}
