using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Runs;

namespace OrleansAgents.Benchmarks;

/// <summary>A model in this process that costs nothing: 600 bytes of text and a tool call, until the run has the steps it was asked for.</summary>
internal sealed class StandIn : IChatClient
{
    private const int AnswerBytes = 600;
    private const int ResultBytes = 400;
    private static readonly string Result = new('r', ResultBytes);

    /// <summary>The agent whose runs are measured: the input is the number of steps.</summary>
    public static void Add(IServiceCollection services) => services
        .AddModel(new ModelSettings("default", "code", MaxConcurrent: 10_000), _ => new StandIn())
        .AddTool(new ToolRegistration((int n) => Result, "work") { Effect = ToolEffect.ReadOnly, Description = "Works." })
        .AddTool(new ToolRegistration(SlowAsync, "slow_work") { Effect = ToolEffect.ReadOnly, Description = "Works slowly." })
        .AddAgent(new AgentDeclaration("worker", "Works.", "Work.", ["work"]))
        .AddAgent(new AgentDeclaration("slow", "Works slowly.", "Work.", ["slow_work"]));

    private static async Task<string> SlowAsync(int n, CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(5), cancellation);
        return Result;
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var all = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var steps = int.Parse(all.First(m => m.Role == ChatRole.User).Text.Split(' ')[0]);
        var last = all.LastOrDefault(m => m.Role == ChatRole.Assistant)?.Text;
        var step = last is null ? 1 : int.Parse(last.AsSpan(0, 8)) + 2;
        yield return new ChatResponseUpdate(ChatRole.Assistant, step.ToString("00000000").PadRight(AnswerBytes, 'a'));
        if (step < steps)
        {
            var call = new FunctionCallContent($"call_{step}", options!.Tools![0].Name, new Dictionary<string, object?> { ["n"] = step });
            yield return new ChatResponseUpdate(ChatRole.Assistant, [call]);
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [])
        {
            FinishReason = step < steps ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        };
        await Task.CompletedTask;
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Runs stream.");

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
