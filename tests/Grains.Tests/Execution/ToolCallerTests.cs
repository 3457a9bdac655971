using System.ComponentModel;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Tools;
using OrleansAgents.Core.Requests;
using OrleansAgents.Demo;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Tests.Execution;

public sealed class ToolCallerTests
{
    private static readonly ToolCall Call = new("run-1", 2, "c3", 1, "run-1/c3");

    [Fact]
    public async Task A_string_is_the_result_as_it_is_and_anything_else_is_JSON()
    {
        await using var bench = new Bench()
            .With("text", () => "plain \"text\"").With("record", () => new { Name = "Ünï", At = 3 }).With("nothing", () => { })
            .With("later", async () => { await Task.Yield(); return 7; });

        Assert.Equal("plain \"text\"", (await bench.CallAsync("text")).Text);
        Assert.Equal("""{"name":"Ünï","at":3}""", (await bench.CallAsync("record")).Text);
        Assert.Equal("done", (await bench.CallAsync("nothing")).Text);
        Assert.Equal("7", (await bench.CallAsync("later")).Text);
    }

    [Fact]
    public async Task The_call_its_services_and_its_token_are_bound_and_hidden()
    {
        await using var bench = new Bench().With(
            "charge",
            ([Description("In cents.")] int amount, ToolCall call, Shop shop, CancellationToken token) => $"{amount} {call.IdempotencyKey} {shop.Name} {token.CanBeCanceled}",
            services => services.AddScoped<Shop>());

        Assert.Equal("5 run-1/c3 corner True", (await bench.CallAsync("charge", """{"amount":5}""")).Text);
        var schema = bench.Definition("charge").Parameters;
        Assert.Equal(["amount"], schema.GetProperty("properties").EnumerateObject().Select(p => p.Name));
        Assert.Equal("In cents.", schema.GetProperty("properties").GetProperty("amount").GetProperty("description").GetString());
    }

    [Fact]
    public async Task An_exception_is_shown_without_stack_and_folders()
    {
        await using var bench = new Bench().With("fail", string () => throw new InvalidOperationException("Cannot open /srv/app/data/orders.db at https://shop.test/a/b"));

        var result = await bench.CallAsync("fail");

        Assert.Equal(new RunError("tool_failed", "Cannot open …/orders.db at https://shop.test/a/b"), result.Error);
        Assert.Equal((null, ToolOutcome.Failed), (result.Text, result.Outcome));
    }

    [Fact]
    public async Task A_long_result_is_cut_at_a_whole_character_and_says_so()
    {
        await using var bench = new Bench().With("long", () => string.Concat(Enumerable.Repeat("😀", 100)), cap: 10);

        Assert.Equal("😀😀\n[cut: first 8 of 400 bytes]", (await bench.CallAsync("long")).Text);
    }

    [Fact]
    public async Task A_result_of_50_MB_is_cut_to_the_cap()
    {
        await using var bench = new Bench().With("huge", () => new string('x', 50_000_000));

        var text = (await bench.CallAsync("huge")).Text!;

        Assert.EndsWith("[cut: first 262144 of 50000000 bytes]", text);
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 262_144, 262_300);
    }

    [Fact]
    public async Task Invalid_text_is_repaired()
    {
        await using var bench = new Bench().With("broken", () => "a\uD83Db\uDE00");

        Assert.Equal("a\uFFFDb\uFFFD", (await bench.CallAsync("broken")).Text);
    }

    [Fact]
    public async Task After_its_timeout_the_outcome_of_an_at_most_once_call_is_unknown_and_its_late_result_is_told()
    {
        var release = new TaskCompletionSource<string>();
        var entered = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = new Bench().With("pay", (CancellationToken token) => { entered.SetResult(token); return release.Task; });

        var pending = bench.CallAsync("pay");
        var token = await entered.Task;
        bench.PassTimeout(pending);
        var result = await pending;

        Assert.Equal(("timeout", ToolOutcome.Unknown), (result.Error!.Code, result.Outcome));
        Assert.False(token.IsCancellationRequested);
        release.SetResult("paid");
        Assert.Equal("paid", (await bench.Late.Task).Text);
    }

    [Fact]
    public async Task After_its_timeout_a_repeatable_call_is_cut()
    {
        var entered = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var cut = new TaskCompletionSource();
        await using var bench = new Bench().With(
            "look",
            async (CancellationToken token) =>
            {
                entered.SetResult(token);
                using var registration = token.Register(cut.SetResult);
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            },
            effect: ToolEffect.ReadOnly);

        var pending = bench.CallAsync("look");
        _ = await entered.Task;
        bench.PassTimeout(pending);

        Assert.Equal(ToolOutcome.Interrupted, (await pending).Outcome);
        await cut.Task;
        Assert.False(bench.Late.Task.IsCompleted);
    }

    [Fact]
    public async Task A_method_that_ignores_cancellation_does_not_hold_its_caller()
    {
        using var release = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = new Bench().With("block", () => { entered.SetResult(); release.Wait(); });
        var pending = bench.CallUntilAsync("block", cancel.Token);
        await entered.Task;

        await cancel.CancelAsync();

        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        release.Set();
    }

    [Fact]
    public async Task A_tool_that_is_gone_was_not_started()
    {
        await using var bench = new Bench();

        var result = await bench.CallAsync("gone");

        Assert.Equal(("unknown_tool", ToolOutcome.NotStarted), (result.Error!.Code, result.Outcome));
    }

    [Fact]
    public async Task An_undeclared_effect_means_at_most_once()
    {
        await using var bench = new Bench().With("x", () => "");

        Assert.Equal(ToolEffect.AtMostOnce, bench.Definition("x").Effect);
    }

    internal sealed class Shop
    {
        public string Name { get; } = "corner";
    }

    private sealed class Bench : IAsyncDisposable
    {
        private readonly ServiceCollection _services = [];
        private readonly FakeTimeProvider _time = new();
        private ServiceProvider? _provider;

        public TaskCompletionSource<ToolResult> Late { get; } = new();

        private ServiceProvider Provider => _provider ??= Build();

        public Bench With(string name, Delegate method, Action<IServiceCollection>? services = null, ToolEffect? effect = null, int cap = ToolRegistration.DefaultOutputCap)
        {
            services?.Invoke(_services);
            _ = _services.AddTool(new(method, name) { Effect = effect, OutputCap = cap, TimeoutSeconds = 30 });
            return this;
        }

        public ToolDefinition Definition(string tool) => Provider.GetRequiredService<ToolRegistry>().Find(tool)!.Definition;

        public Task<ToolResult> CallAsync(string tool, string arguments = "{}") => CallUntilAsync(tool, TestContext.Current.CancellationToken, arguments);

        public Task<ToolResult> CallUntilAsync(string tool, CancellationToken cancellation, string arguments = "{}") =>
            Provider.GetRequiredService<IToolCaller>().CallAsync(tool, JsonElement.Parse(arguments), Call, Late.SetResult, cancellation);

        /// <summary>The timer is set once the call has returned its task.</summary>
        public void PassTimeout(Task pending)
        {
            Assert.False(pending.IsCompleted);
            _time.Advance(TimeSpan.FromSeconds(29));
            Assert.False(pending.IsCompleted);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        public ValueTask DisposeAsync() => _provider?.DisposeAsync() ?? ValueTask.CompletedTask;

        private ServiceProvider Build()
        {
            _ = _services.AddLogging().AddSingleton<TimeProvider>(_time).AddDemoModel().AddAgentExecution(new ConfigurationBuilder().Build());
            return _services.BuildServiceProvider();
        }
    }
}
