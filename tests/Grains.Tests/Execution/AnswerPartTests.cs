using CsCheck;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Json;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Execution;

public sealed class AnswerPartTests
{
    [Fact]
    public async Task A_character_split_over_two_updates_is_shown_whole()
    {
        using var bench = ModelBench.Over(ScriptedClient.Of(new TextContent("a\uD83D"), new TextContent("\uDE00b")));

        Assert.Equal([new TextPart("a😀b")], (await bench.AnswerAsync()).Content);
        Assert.Equal([("text", "a"), ("text", "😀b")], bench.Deltas);
    }

    [Fact]
    public async Task Half_a_character_is_replaced()
    {
        using var bench = ModelBench.Over(ScriptedClient.Of(new TextContent("a\uD83D"), new TextReasoningContent("\uDE00b"), new TextContent("\uD83D")));

        Assert.Equal(["a\uFFFD", "\uFFFDb", "\uFFFD"], (await bench.AnswerAsync()).Content.Select(p => p.Value.Inline));
    }

    [Fact]
    public void However_a_text_is_cut_its_parts_are_its_deltas() =>
        Gen.Select(Gen.String[Gen.Char["ab\uD83D\uDE00é "], 0, 6], Gen.Bool).Array[1, 12].Sample(pieces =>
        {
            var shown = new List<string>();
            var builder = new AnswerBuilder((_, text) => shown.Add(text));
            foreach (var (text, reasoning) in pieces)
            {
                builder.Add(reasoning ? new TextReasoningContent(text) : new TextContent(text));
            }

            var parts = builder.Close();
            Assert.Equal(string.Concat(shown), string.Concat(parts.Select(p => p.Value.Inline)));
            Assert.All(shown, s => Assert.Equal(s, Utf16.Repair(s)));
            Assert.DoesNotContain(parts.Zip(parts.Skip(1)), pair => pair.First.GetType() == pair.Second.GetType());
        });

    [Fact]
    public async Task A_client_that_throws_anything_gives_a_fault_without_its_details()
    {
        using var bench = ModelBench.Over(new ThrowingClient());

        var fault = await bench.FaultAsync();

        Assert.Equal((FaultKind.Defect, "unreadable_answer"), (fault.Kind, fault.Error.Code));
        Assert.DoesNotContain("secret", fault.Error.Message);
    }

    private sealed class ThrowingClient : IChatClient
    {
        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("secret");

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
