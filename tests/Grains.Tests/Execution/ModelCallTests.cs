using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Testing;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>Calls that must not be dispatched, over the real wire.</summary>
public sealed class ModelCallTests
{
    [Theory]
    [InlineData("find", """{"word":"alp""", "not a JSON object")]
    [InlineData("find", """["alpha"]""", "not a JSON object")]
    [InlineData("find", "null", "'word' is missing")]
    [InlineData("find", "", "'word' is missing")]
    [InlineData("find", """{"limit":3}""", "'word' is missing")]
    [InlineData("find", """{"word":7}""", "'word' must be a string, not a number")]
    [InlineData("find", """{"word":"a","limit":"3"}""", "'limit' must be an integer, not a string")]
    [InlineData("find", """{"word":"a","more":true}""", "'more' is not allowed")]
    [InlineData("erase", """{"word":"a"}""", "There is no tool named 'erase'. The tools are: find.")]
    public async Task A_call_that_does_not_fit_says_why_to_the_model(string tool, string arguments, string why)
    {
        var call = Assert.Single(await CallsAsync(r => r.Call(tool, arguments).Finish("tool_calls")));

        Assert.Contains(why, call.Invalid);
    }

    [Fact]
    public async Task Arguments_of_5_MB_are_refused_and_not_kept()
    {
        var arguments = $$"""{"word":"{{new string('x', 5_000_000)}}"}""";

        var call = Assert.Single(await CallsAsync(r => r.Call("find", arguments, pieceLength: 100_000).Finish("tool_calls")));

        Assert.Contains("longer than 64 KB", call.Invalid);
        Assert.Equal("{}", call.Arguments.GetRawText());
    }

    [Fact]
    public async Task A_call_cut_by_the_length_of_the_answer_is_not_dispatched()
    {
        var calls = await CallsAsync(r => r.Call("find", """{"word":"whole"}""").Call("find", """{"word":"cut"}""").Finish("length"));

        Assert.Null(calls[0].Invalid);
        Assert.Contains("cut off", calls[1].Invalid);
        Assert.Equal("{}", calls[1].Arguments.GetRawText());
    }

    [Fact]
    public async Task Call_ids_that_repeat_or_miss_are_made_unique()
    {
        const string Good = """{"word":"a"}""";

        var calls = await CallsAsync(r => r.Call("find", Good, "x").Call("find", Good, "x").Call("find", Good, null).Call("find", Good, "call_3").Finish("tool_calls"));

        Assert.Equal(["x", "x_2", "call_3", "call_3_2"], calls.Select(c => c.ProviderCallId));
        Assert.All(calls, c => Assert.Null(c.Invalid));
    }

    [Fact]
    public async Task Another_id_at_the_same_index_is_another_call()
    {
        var calls = await CallsAsync(r => r
            .CallPiece(0, "a", "find", """{"word":"1"}""").CallPiece(0, "b", "find", """{"word":"2"}""").Finish("tool_calls"));

        Assert.Equal([("a", """{"word":"1"}"""), ("b", """{"word":"2"}""")], calls.Select(c => (c.ProviderCallId, c.Arguments.GetRawText())));
    }

    [Fact]
    public async Task A_name_that_no_provider_would_take_back_is_made_safe()
    {
        var call = Assert.Single(await CallsAsync(r => r.Call("find it!", "{}").Finish("tool_calls")));

        Assert.Equal("find_it_", call.Tool);
        Assert.NotNull(call.Invalid);
    }

    private static async Task<IReadOnlyList<ProviderCall>> CallsAsync(Action<Reply> tell)
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(tell);
        using var bench = ModelBench.Over(server);
        return (await bench.AnswerAsync()).Calls;
    }
}
