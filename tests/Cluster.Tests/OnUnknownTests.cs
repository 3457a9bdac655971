using Microsoft.Data.Sqlite;
using OrleansAgents.Events;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A crash in an at-most-once call, and real books that can be asked by its key: nobody has to decide.</summary>
public sealed class OnUnknownTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Hold _inCall = new();
    private readonly TaskCompletionSource _never = new();

    public OnUnknownTests() => Run("CREATE TABLE payments (key TEXT PRIMARY KEY, amount INTEGER NOT NULL)");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_books_say_whether_a_call_took_effect_and_it_happens_once(bool booked)
    {
        await using var model = await ModelServer.StartAsync(r => r.Turn == 0
            ? new Reply().Call("pay", """{"amount": 100}""").Finish("tool_calls")
            : new Reply().Text(r.LastText).Finish("stop"));
        await using var journal = new SqliteJournal(_folder.File("agents.db"));
        var first = await StartAsync(journal, model, async (amount, call) =>
        {
            if (booked)
            {
                Book(amount, call);
            }

            _ = _inCall.PassAsync();
            await _never.Task;
            return "never";
        });
        var run = await first.StartRunAsync("clerk", "pay");
        await _inCall.ReachedAsync("the call of pay");
        await first.CrashAsync();

        await using var silo = await StartAsync(journal, model, (amount, call) =>
        {
            Book(amount, call);
            return Task.FromResult("paid now");
        });
        var ended = await silo.UntilEndedAsync(run);

        Assert.Equal((RunStatus.Completed, booked ? "100 is booked" : "paid now"), (ended.Status, ended.Output?.Inline));
        Assert.Equal(1L, Run("SELECT count(*) FROM payments"));
        var types = (await silo.EventsAsync(run)).Select(e => e.Type).ToList();
        Assert.Contains("tool.checked", types);
        Assert.DoesNotContain("decision.requested", types);
        Assert.Equal(booked ? 1 : 2, types.Count(t => t == "tool.started"));
    }

    private Task<TestSilo> StartAsync(SqliteJournal journal, ModelServer model, Func<int, ToolCall, Task<string>> pay) =>
        TestSilo.StartAsync(journal, TestSilo.ModelAt(model), services => new AgentsBuilder(services).AddAgent("clerk", a => a
            .Instructions("Pay.")
            .Tool((int amount, ToolCall call) => pay(amount, call), t => t.Name("pay").AtMostOnce().Timeout(2).OnUnknown(OnUnknown.Check(Booked)))));

    private CallEffect Booked(ToolCall call) => Run("SELECT amount FROM payments WHERE key = $key", ("$key", call.IdempotencyKey)) is { } amount
        ? CallEffect.Done($"{amount} is booked")
        : CallEffect.NotDone;

    private void Book(int amount, ToolCall call) =>
        Run("INSERT INTO payments VALUES ($key, $amount)", ("$key", call.IdempotencyKey), ("$amount", amount));

    private object? Run(string sql, params (string Name, object Value)[] values)
    {
        using var db = new SqliteConnection($"Data Source={_folder.File("books.db")};Pooling=False");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command.ExecuteScalar();
    }
}
