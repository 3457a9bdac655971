using OrleansAgents.Core.Requests;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>What every provider asks of a request's messages.</summary>
internal static class Wire
{
    /// <summary>The calls of an answer are followed by their results, each once, before anything else is said.</summary>
    public static void IsValid(IReadOnlyList<RequestMessage> messages)
    {
        var open = new HashSet<string>();
        foreach (var message in messages)
        {
            if (message is ToolMessage result)
            {
                Assert.True(open.Remove(result.CallId), $"The result of {result.CallId} has no call before it.");
                continue;
            }

            Assert.Empty(open);
            open = message is AssistantMessage answer ? [.. answer.ToolCalls.Select(c => c.CallId)] : [];
        }

        Assert.Empty(open);
    }
}
