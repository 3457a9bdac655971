using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Benchmarks.Context;

/// <summary>Recorded tool-calling conversations, played through the core as one run each: what would each model call have seen?</summary>
internal static class TauContexts
{
    private static readonly int[] Budgets = [1_000, 2_000, 3_000, 4_000];

    /// <summary>A line for each budget and each answer that called a tool, in the scorer's format.</summary>
    public static IEnumerable<string> Lines(JsonElement runs)
    {
        var number = 0;
        foreach (var run in runs.EnumerateArray())
        {
            JsonElement[] said = [.. run.GetProperty("traj").EnumerateArray().Where(m => Role(m) != "system")];
            foreach (var budget in Budgets)
            {
                for (var turn = 0; turn < said.Length; turn++)
                {
                    if (Calls(said[turn]).Length > 0)
                    {
                        yield return new JsonObject
                        {
                            ["run"] = number,
                            ["turn"] = turn,
                            ["budget"] = budget,
                            ["messages"] = new JsonArray([.. Within(said[..turn], budget)]),
                        }.ToJsonString();
                    }
                }
            }

            number++;
        }
    }

    /// <summary>Our estimate knows nothing of what a message costs beside its text: less is asked for until the scorer's count fits.</summary>
    private static JsonObject[] Within(JsonElement[] said, int budget)
    {
        JsonObject[] messages = [];
        for (var (asked, cost) = (budget, int.MaxValue); cost > budget && asked > 0; asked -= Math.Max(1, cost - budget))
        {
            messages = [.. Play(said, asked).Select(Form)];
            cost = messages.Sum(Cost);
        }

        return messages;
    }

    /// <summary>The request that is open once all of it was said.</summary>
    private static IReadOnlyList<RequestMessage> Play(JsonElement[] said, int windowTokens)
    {
        var definition = new AgentDefinition("", "", "", "", [], windowTokens);
        var policy = new RunPolicy("run", new Dictionary<string, ToolDefinition>(), windowTokens, 0, 0);
        var input = Text(said[0]);
        var window = new RequestWindow(definition, "", input);
        var state = RunState.Empty;
        Take(new Start(default, "", "", "", input, Principal.Local, new(), ImmutableDictionary<string, string>.Empty, null));
        for (var i = 1; i < said.Length; i++)
        {
            if (Role(said[i]) == "assistant")
            {
                // Without calls the run would end here: the person's next words come while this is being said.
                if (Calls(said[i]).Length == 0 && i + 1 < said.Length)
                {
                    Take(new Message(default, Text(said[i + 1]), MessageDelivery.Steer));
                }

                Take(new ModelAnswered(
                    default, state.Model!.Step, state.Model.Attempt, Text(said[i]) is { Length: > 0 } text ? [new TextPart(text)] : [],
                    [.. Calls(said[i])], new Usage(), "", 0, ""));
            }
            else if (Role(said[i]) == "tool")
            {
                var call = state.Tools.First(t => t.Phase != CallPhase.Answered);
                Take(new ToolReturned(default, call.CallId, call.Attempt, Text(said[i]), 0));
            }
        }

        return window.Build(state.Model!.Context).Messages;

        void Take(Command command)
        {
            foreach (var e in Decide.On(state, command, policy).Events)
            {
                state = Fold.Evolve(state, e, default);
                window.Add(state.Head, e);
            }
        }
    }

    private static string Role(JsonElement message) => message.GetProperty("role").GetString()!;

    private static string Text(JsonElement message) => message.GetProperty("content").GetString() ?? "";

    private static AskedCall[] Calls(JsonElement message) => message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array
        ? [.. calls.EnumerateArray().Select(c => new AskedCall(
            c.GetProperty("id").GetString()!, c.GetProperty("function").GetProperty("name").GetString()!,
            JsonElement.Parse(c.GetProperty("function").GetProperty("arguments").GetString()!), null))]
        : [];

    private static JsonObject Form(RequestMessage message) => message switch
    {
        UserMessage user => new() { ["role"] = "user", ["content"] = user.Text },
        MemoryMessage memory => new() { ["role"] = "user", ["content"] = memory.Text },
        ToolMessage tool => new() { ["role"] = "tool", ["tool_call_id"] = tool.ProviderCallId, ["content"] = tool.Text },
        AssistantMessage answer => new()
        {
            ["role"] = "assistant",
            ["content"] = string.Concat(answer.Content.Select(p => p.Value.Inline)),
            ["tool_calls"] = new JsonArray([.. answer.ToolCalls.Select(c => new JsonObject
            {
                ["id"] = c.ProviderCallId,
                ["function"] = new JsonObject { ["name"] = c.Tool, ["arguments"] = c.Arguments.GetRawText() },
            })]),
        },
        _ => throw new NotSupportedException($"No form of {message.GetType().Name}."),
    };

    /// <summary>As the scorer counts.</summary>
    private static int Cost(JsonObject message)
    {
        var text = message["content"]!.GetValue<string>();
        foreach (var call in message["tool_calls"]?.AsArray() ?? [])
        {
            text += $"\n{call!["function"]!["name"]} {call["function"]!["arguments"]}";
        }

        return ((Encoding.UTF8.GetByteCount(text) + 3) / 4) + 4;
    }
}
