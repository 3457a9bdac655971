using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Core.Requests;
using OrleansAgents.Runs;
using OrleansAgents.Testing;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>Asks a model as the run does, and keeps what it said on the way.</summary>
internal sealed class ModelBench : IDisposable
{
    /// <summary>Instead of a provider: OpenAI's client over the wire of responses.</summary>
    public const string Responses = "responses";

    public const string Key = "sk-test-4242424242";

    private readonly ModelRegistry _models;
    private readonly ModelCaller _caller;
    private readonly List<(string Kind, string Text)> _deltas = [];

    private int _reads;

    private ModelBench(ModelRegistry models, Clock time)
    {
        Time = time;
        _models = models;
        _caller = new(models, time);
    }

    public Clock Time { get; }

    public TimeSpan Elapsed => Time.GetUtcNow() - Time.Start;

    public IReadOnlyList<(string Kind, string Text)> Deltas => _deltas;

    public string Shown => string.Concat(_deltas.Select(d => d.Text));

    /// <summary>Called after each delta.</summary>
    public Action<string>? OnDelta { get; set; }

    /// <summary>The official client against a server.</summary>
    public static ModelBench Over(ModelServer server, string provider = ModelSettings.OpenAi, Func<ModelSettings, ModelSettings>? settings = null) =>
        Over(server.Endpoint, provider, settings);

    public static ModelBench Over(Uri endpoint, string provider = ModelSettings.OpenAi, Func<ModelSettings, ModelSettings>? change = null)
    {
        var settings = provider == Responses
            ? new ModelSettings("default", ModelSettings.OpenAi, endpoint, "scripted", Key) { Wire = new(ModelApi.Responses, "max_output_tokens") }
            : new ModelSettings("default", provider, endpoint, "scripted", Key);
        settings = change?.Invoke(settings) ?? settings;
        var time = NewTime();
        return new(new([settings], [], new NoServices(), time), time);
    }

    public static ModelBench Over(IChatClient client, int maxConcurrent = 32)
    {
        var time = NewTime();
        return new(new([], [new(new("default", "code", MaxConcurrent: maxConcurrent), _ => client)], new NoServices(), time), time);
    }

    public static ModelRequest Request(string input = "What is it?", params IReadOnlyList<RequestMessage> more) =>
        new(new("docs", "", "Be brief.", "default", Tools, 24_000), [new UserMessage(input), .. more], "sha256:0", 100);

    public static IReadOnlyList<ToolDefinition> Tools { get; } =
    [
        new("find", "Finds.", Schema("""{"type":"object","properties":{"word":{"type":"string"},"limit":{"type":"integer"}},"required":["word"],"additionalProperties":false}"""), ToolEffect.ReadOnly, 10, 0),
    ];

    public static JsonElement Schema(string json) => JsonElement.Parse(Encoding.UTF8.GetBytes(json));

    public CallBudget Budget { get; set; }

    public Task<ModelOutcome> AskAsync(ModelRequest? request = null) => AskUntilAsync(TestContext.Current.CancellationToken, request);

    public async Task<ModelOutcome> AskUntilAsync(CancellationToken cancellation, ModelRequest? request = null) =>
        await _caller.AskAsync(
            (await _caller.EnterAsync("default", cancellation))!, request ?? Request(), Budget,
            (kind, text) =>
            {
                _deltas.Add((kind, text));
                OnDelta?.Invoke(text);
            },
            cancellation);

    public async Task<ModelAnswer> AnswerAsync(ModelRequest? request = null) => Assert.IsType<ModelAnswer>(await AskAsync(request));

    public async Task<ModelFault> FaultAsync(ModelRequest? request = null) => Assert.IsType<ModelFault>(await AskAsync(request));

    /// <summary>Moves the clock on.</summary>
    public void Advance(TimeSpan by)
    {
        Time.Advance(by);
        _reads = Time.Reads;
    }

    /// <summary>Completes when something has come over the connection since the clock was moved, or with <paramref name="end"/>.</summary>
    public async Task LifeAsync(Task? end = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (Time.Reads <= _reads && end?.IsCompleted != true)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "Waited 30 s for a sign of life.");
            await Task.Yield();
        }
    }

    public void Dispose() => _models.Dispose();

    private static Clock NewTime() => new();

    /// <summary>Counts who looks at it: a request looks at every byte that comes.</summary>
    internal sealed class Clock() : FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero))
    {
        private int _count;

        public int Reads => Volatile.Read(ref _count);

        public override long GetTimestamp()
        {
            Interlocked.Increment(ref _count);
            return base.GetTimestamp();
        }
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
