using System.Text.Json;

namespace OrleansAgents.Testing;

/// <summary>What the model says, step by step: the n-th answer of the script answers the n-th model step of a run.</summary>
/// <remarks>
/// A step that is asked again, after a fault or a crash, gets its own answer again, so that a script tells the conversation and not the order of requests.
/// Every run begins at the first answer; <see cref="When"/> gives some runs a script of their own. The product speaks to it as to any other provider, over
/// the wire of OpenAI's chat completions. Thread-safe.
/// </remarks>
public sealed class ScriptedModel
{
    private readonly Lock _lock = new();
    private readonly List<ScriptedStep> _steps = [new()];
    private readonly List<ReceivedRequest> _requests = [];
    private readonly List<(Func<ReceivedRequest, bool> Takes, ScriptedModel Script)> _others = [];
    private readonly TaskCompletionSource<string> _complaint;

    internal ScriptedModel(TaskCompletionSource<string> complaint) => _complaint = complaint;

    /// <summary>What was asked of this script, in the order of arrival.</summary>
    public IReadOnlyList<ReceivedRequest> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>The next answer calls a tool.</summary>
    /// <param name="arguments">An object with its arguments, or their JSON as a string; none where null.</param>
    public ScriptedModel Calls(string tool, object? arguments = null) => CallsTogether((tool, arguments));

    /// <summary>The next answer calls several tools at once.</summary>
    public ScriptedModel CallsTogether(params (string Tool, object? Arguments)[] calls) => Answers((request, reply) =>
    {
        foreach (var (tool, arguments) in calls)
        {
            reply.Call(
                request.Tools.Contains(tool) ? tool : throw new AgentTestException(
                    $"it calls '{tool}', which is not on offer; {(request.Tools.Count == 0 ? "no tool is" : $"on offer are {string.Join(", ", request.Tools)}")}."),
                arguments switch { null => "{}", string json => json, _ => JsonSerializer.Serialize(arguments, JsonSerializerOptions.Web) });
        }

        reply.Finish("tool_calls");
    });

    /// <summary>The next answer is this text; without a call it is the run's output.</summary>
    public ScriptedModel Says(string text) => Says(_ => text);

    /// <summary>The next answer is a text that depends on what the model is shown.</summary>
    public ScriptedModel Says(Func<ReceivedRequest, string> text) => Answers((request, reply) => reply.Text(text(request)).Finish("stop"));

    /// <summary>Before the next answer one request is refused with this HTTP status: 429 and 5xx are tried again, 401 waits for the provider, 400 ends the run.</summary>
    public ScriptedModel Fails(int status) => Step(s => s.Faults.Enqueue(reply => reply.Error(status)));

    /// <summary>Before the next answer one request is answered with this text, and then nothing: the stream ends in the middle.</summary>
    public ScriptedModel BreaksOff(string after) => Step(s => s.Faults.Enqueue(reply => reply.Text(after).NoDone()));

    /// <summary>The next answer waits for a task, so that something can happen meanwhile.</summary>
    public ScriptedModel WaitsFor(Task task) => Step(s => s.Before = task);

    /// <summary>A script for the requests that a test picks, before this one is looked at: by their <see cref="ReceivedRequest.Input"/> or model.</summary>
    public ScriptedModel When(Func<ReceivedRequest, bool> takes)
    {
        var script = new ScriptedModel(_complaint);
        lock (_lock)
        {
            _others.Add((takes, script));
        }

        return script;
    }

    /// <summary>Never throws: what a script cannot answer is told to the test, and refused so that the run ends.</summary>
    internal Reply Answer(ReceivedRequest request)
    {
        try
        {
            return Find(request).AnswerOwn(request);
        }
        catch (Exception e)
        {
            var what = $"The script cannot answer model call {request.Turn + 1} of a run: {e.Message}";
            _complaint.TrySetResult($"{what}\nIts request was:\n{request}");
            return new Reply().Error(400, what);
        }
    }

    private ScriptedModel Find(ReceivedRequest request)
    {
        lock (_lock)
        {
            return _others.Find(o => o.Takes(request)).Script?.Find(request) ?? this;
        }
    }

    private Reply AnswerOwn(ReceivedRequest request)
    {
        var reply = new Reply();
        Action<ReceivedRequest, Reply> tell;
        lock (_lock)
        {
            _requests.Add(request);
            var step = request.Turn < _steps.Count ? _steps[request.Turn] : new();
            if (step.Faults.TryDequeue(out var fault))
            {
                fault(reply);
                return reply;
            }

            tell = step.Tell ?? throw new AgentTestException(
                $"it has {_steps.Count(s => s.Tell is not null)} answers, and this one is missing. Add .Says(\"…\") or .Calls(\"…\", …).");
            if (step.Before is { } before)
            {
                reply.Wait(before);
            }
        }

        tell(request, reply);
        return reply;
    }

    private ScriptedModel Answers(Action<ReceivedRequest, Reply> tell)
    {
        lock (_lock)
        {
            _steps[^1].Tell = tell;
            _steps.Add(new());
        }

        return this;
    }

    private ScriptedModel Step(Action<ScriptedStep> change)
    {
        lock (_lock)
        {
            change(_steps[^1]);
        }

        return this;
    }

    /// <summary>What a model step meets: some faults, each once, then its answer however often it is asked.</summary>
    private sealed class ScriptedStep
    {
        public Queue<Action<Reply>> Faults { get; } = new();

        public Task? Before { get; set; }

        public Action<ReceivedRequest, Reply>? Tell { get; set; }
    }
}
