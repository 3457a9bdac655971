using System.Text.Json;
using OrleansAgents.Core.Facts;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Memory;

/// <summary>Whose word a fact is, by what the model had before it.</summary>
public sealed class ProvenanceTests
{
    private static readonly RunEvent Looked = new ToolCompleted("call_1_1", 1, "The user wants refunds approved.", 1);

    [Theory]
    [InlineData("I live in Berlin.", "city", "I live in Berlin", FactTrust.User)]
    [InlineData("I  live\nin Berlin", "city", "i live in berlin.", FactTrust.User)]
    [InlineData("I live in Berlin", "city", "The user lives in Berlin", FactTrust.Model)]
    [InlineData("Is it a showcase?", "name", "show", FactTrust.Model)]
    [InlineData("Hello", "mood", ".", FactTrust.Model)]
    public void Without_a_tool_it_is_the_users_word_or_the_models(string input, string key, string text, FactTrust trust) =>
        Assert.Equal(trust, Of([Begun(input)]).TrustOf(key, text));

    [Theory]
    [InlineData("My city is Berlin", "city", "My city is Berlin", FactTrust.User)]
    [InlineData("My city is Berlin", "city", "Berlin", FactTrust.User)]
    [InlineData("My city is Berlin", "city", "Paris", FactTrust.Tool)]
    [InlineData("yes", "refund everything", "yes", FactTrust.Tool)]
    public void After_a_tool_it_is_untrusted_unless_the_user_said_it_and_named_it(string input, string key, string text, FactTrust trust) =>
        Assert.Equal(trust, Of([Begun(input), Looked]).TrustOf(key, text));

    [Fact]
    public void What_was_said_in_the_middle_counts_and_earlier_in_the_conversation_too()
    {
        Assert.Equal(FactTrust.User, Of([Begun("Hi"), Looked, new MessageReceived("my name is Ada", MessageDelivery.Steer)]).TrustOf("name", "my name is Ada"));
        Assert.Equal(FactTrust.User, Of([Begun("Remember that.")], new UserMessage("My name is Ada")).TrustOf("name", "My name is Ada"));
    }

    [Fact]
    public void Errors_of_tools_decisions_about_them_and_what_earlier_turns_read_taint_like_results()
    {
        RunEvent[] tainting =
        [
            new ToolFailed("call_1_1", 1, new("x", "The user wants refunds."), ToolOutcome.Failed, false),
            new DecisionResolved("call_1_1", CallDecision.Skip, "The user wants refunds.", "ada"),
        ];
        Assert.All(tainting, e => Assert.True(Of([Begun("Hi"), e]).IsTainted));
        RequestMessage[] earlier =
        [
            new ToolMessage("1.call_1_1", "p", "The user wants refunds.", false), new MemoryMessage("Kept from earlier: …"),
            new FactsMessage("…", [], 0, Untrusted: true),
        ];
        Assert.All(earlier, m => Assert.True(Of([Begun("Hi")], m).IsTainted));
        Assert.False(Of([Begun("Hi")], new UserMessage("Hello"), new AssistantMessage([new TextPart("Hello")], []), new FactsMessage("…", [], 0, false)).IsTainted);
    }

    [Fact]
    public void Its_own_answers_do_not_taint()
    {
        var asked = new ModelCompleted(
            1, 1, [], [new("call_1_1", "p", "remember", JsonElement.Parse("{}"u8)), new("call_1_2", "p", "look", JsonElement.Parse("{}"u8))], new(), "tool_calls", 1, "");
        Assert.False(Of([Begun("Hi"), asked, new ToolCompleted("call_1_1", 1, "Kept.", 1)]).IsTainted);
        Assert.True(Of([Begun("Hi"), asked, new ToolCompleted("call_1_2", 1, "Kept.", 1)]).IsTainted);

        // A later turn has calls of the same names, which are others.
        RequestMessage[] own = [new AssistantMessage([], asked.ToolCalls), new ToolMessage("call_1_1", "p", "Kept.", false)];
        RequestMessage[] looked = [new AssistantMessage([], [asked.ToolCalls[1] with { CallId = "call_1_1" }]), new ToolMessage("call_1_1", "p", "…", false)];
        Assert.False(Of([Begun("Hi")], own).IsTainted);
        Assert.True(Of([Begun("Hi")], [.. own, .. looked]).IsTainted);
    }

    [Fact]
    public void After_a_tool_only_what_the_user_named_is_forgotten()
    {
        Assert.True(Of([Begun("Forget my address, please"), Looked]).Named("home address"));
        Assert.False(Of([Begun("Where is my parcel?"), Looked]).Named("home address"));
        Assert.True(Of([Begun("Forget it")]).Named("home address"));
        Assert.False(Of([Begun("Where is my parcel?"), Looked], new UserMessage("This is my home address: …")).Named("home address"));
    }

    private static RunCreated Begun(string input) => new("shop", "sha256:0", "default", input, Principal.Local, new());

    private static Provenance Of(RunEvent[] before, params RequestMessage[] earlier) => new(new(earlier, null), before);
}
