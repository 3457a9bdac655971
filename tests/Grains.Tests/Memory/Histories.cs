using System.Text.Json;
using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Memory;

/// <summary>Turns as runs leave them: parallel calls, failed ones, a person's word in between, a cut answer.</summary>
internal static class Histories
{
    public static Turn Turn(int n, int calls, int words, int hours, bool steered, DateTimeOffset start)
    {
        List<RequestMessage> messages = [new UserMessage($"question {n} w{words % 40}")];
        if (calls > 0)
        {
            messages.Add(new AssistantMessage([], [.. Enumerable.Range(1, calls).Select(c => new ToolCallRequest($"call_1_{c}", $"p{c}", "look", JsonElement.Parse("{}"u8), null))]));
            messages.AddRange(Enumerable.Range(1, calls).Select(c => new ToolMessage($"call_1_{c}", $"p{c}", c % 3 == 0 ? "Error: no" : $$"""{"id":"id{{n * c}}","n":{{words}}}""", c % 3 == 0)));
        }

        if (steered)
        {
            messages.Add(new AssistantMessage([new TextPart("I was just about")], []));
            messages.Add(new UserMessage("No, the other one."));
        }

        messages.Add(new AssistantMessage([new TextPart(string.Join(' ', Enumerable.Range(0, words).Select(i => $"w{i}")))], []));
        return new(n, $"run_{n}", start.AddHours((n * 20) + hours), messages);
    }
}
