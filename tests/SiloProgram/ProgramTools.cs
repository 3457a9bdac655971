using System.Collections.Concurrent;
using System.ComponentModel;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Runs;
using OrleansAgents.Testing;

namespace OrleansAgents.SiloProgram;

/// <summary>Tools of each kind; each writes down its effect at the instant when it has it.</summary>
internal sealed class ProgramTools(string folder)
{
    public const string Look = "look";
    public const string Book = "book";
    public const string Pay = "pay";

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _held = new();
    private readonly Lock _lock = new();

    /// <summary>What each tool really does to the world, whatever the engine is told.</summary>
    public static IReadOnlyDictionary<string, ToolEffect> Effects { get; } = new Dictionary<string, ToolEffect>
    {
        [Look] = ToolEffect.ReadOnly,
        [Book] = ToolEffect.Idempotent,
        [Pay] = ToolEffect.AtMostOnce,
    };

    public IEnumerable<ToolRegistration> Registrations(bool payIsSaidToBeReadOnly) =>
    [
        new((string what, ToolCall call) => Act(Look, what, call), Look) { Effect = ToolEffect.ReadOnly },
        new((string what, ToolCall call) => Act(Book, what, call), Book) { Effect = ToolEffect.Idempotent },
        new(PayAsync, Pay) { Effect = payIsSaidToBeReadOnly ? ToolEffect.ReadOnly : ToolEffect.AtMostOnce, TimeoutSeconds = 1 },
    ];

    /// <summary>Lets held payments of the run end.</summary>
    public void Release(string run) => Held(run).TrySetResult();

    private async Task<string> PayAsync(
        [Description("What for.")] string what, [Description("Whether the other side takes its time.")] bool hold, ToolCall call)
    {
        var result = Act(Pay, what, call);
        if (hold)
        {
            await Held(call.RunId).Task;
        }

        return result;
    }

    private string Act(string tool, string what, ToolCall call)
    {
        var result = $"{tool} {what}: done at attempt {call.Attempt} by {call.IdempotencyKey}";
        lock (_lock)
        {
            ToolLog.Append(folder, new(
                call.RunId, call.CallId, call.Attempt, call.IdempotencyKey, tool, result, TimeProvider.System.GetUtcNow()));
        }

        return result;
    }

    private TaskCompletionSource Held(string run) =>
        _held.GetOrAdd(run, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
