using OrleansAgents.Core.Facts;
using OrleansAgents.Events;
using OrleansAgents.Facts;

namespace OrleansAgents.Grains.Tests.Memory;

/// <summary>What is kept of a user: superseded and never overwritten, forgotten with a record, erased where the user says so.</summary>
public sealed class FactSpecs
{
    private readonly FactScenario _facts = new();

    [Fact]
    public void Another_text_under_the_same_key_takes_the_place_of_the_one_before_which_is_kept()
    {
        _facts.Remember("City", "I live in Paris").Remember(" city ", "I live in Berlin").ThenValid("city=I live in Berlin/User");

        var old = _facts.State.Facts["fact_1"];
        Assert.Equal((FactStatus.Superseded, "fact_2", FactScenario.Epoch.AddMinutes(1), FactScenario.Epoch.AddMinutes(2)),
            (old.Status, old.SupersededBy, old.ValidFrom, old.ValidUntil));
        Assert.Equal("call_1_1", old.Source.CallId);
    }

    [Fact]
    public void What_is_kept_already_changes_nothing()
    {
        _facts.Remember("diet", "I am vegetarian");
        foreach (var trust in Enum.GetValues<FactTrust>())
        {
            _facts.Remember("food", "i am\n vegetarian", trust);
            Assert.Empty(_facts.Last.Events);
            Assert.Equal("fact_1", _facts.Last.Known!.Id);
        }
    }

    [Fact]
    public void The_users_own_word_takes_the_place_of_the_same_from_a_tool()
    {
        _facts.Remember("mail", "ada@example.org", FactTrust.Tool).Remember("address", "ada@example.org").ThenValid("address=ada@example.org/User");
        Assert.Equal("fact_2", _facts.State.Facts["fact_1"].SupersededBy);
    }

    [Fact]
    public void What_a_tool_says_stands_beside_what_the_user_said_and_never_instead()
    {
        _facts.Remember("mail", "ada@example.org").Remember("mail", "eve@example.org", FactTrust.Tool)
            .ThenValid("mail=eve@example.org/Tool", "mail=ada@example.org/User")
            .Remember("mail", "eve@example.net", FactTrust.Tool)
            .ThenValid("mail=eve@example.net/Tool", "mail=ada@example.org/User")
            .Remember("mail", "ada@example.com", FactTrust.Model)
            .ThenValid("mail=ada@example.com/Model");
    }

    [Fact]
    public void Forgotten_is_no_longer_valid_and_kept()
    {
        _facts.Remember("city", "Paris").Forget("CITY").ThenValid();
        Assert.Equal(FactStatus.Forgotten, _facts.StatusOf("fact_1"));
        Assert.Empty(_facts.Last.Released);
        _facts.Forget("city").ThenRefused("Nothing is kept as 'city'.");
    }

    [Fact]
    public void A_tool_that_was_read_makes_nobody_forget_what_the_user_said()
    {
        _facts.Remember("city", "Paris").Forget("city", asked: false).ThenRefused("Ask the user.")
            .Remember("city", "Rome", FactTrust.Tool).Forget("city", asked: false).ThenValid("city=Paris/User");
    }

    [Fact]
    public void Erased_is_gone_but_for_the_record_of_it()
    {
        _facts.Remember("city", "Paris").Remember("city", "Rome").Erase("fact_1");
        Assert.Equal(["sha256:fact_1"], _facts.Last.Released);
        Assert.Equal(new FactErased("fact_1", "ada"), Assert.Single(_facts.Last.Events));
        _facts.ThenValid("city=Rome/User").Erase("fact_2").ThenValid();
        Assert.Equal((FactStatus.Erased, null), (_facts.StatusOf("fact_2"), _facts.State.Facts["fact_2"].Content));

        _facts.Erase("fact_2");
        Assert.True(_facts.Last is { Events.Count: 0, Released.Count: 0, Refusal: null });
        _facts.Erase("fact_9").ThenRefused("There is no fact with this id.");
    }

    [Fact]
    public void There_is_room_for_so_many_and_tools_cannot_take_the_users()
    {
        for (var n = 0; n < FactsState.MaxUntrusted; n++)
        {
            _facts.Remember($"tool {n}", $"said {n}", FactTrust.Tool);
        }

        _facts.Remember("one more", "said", FactTrust.Tool).ThenRefused("100 facts from tools").Remember("tool 7", "said anew", FactTrust.Tool);
        Assert.Null(_facts.Last.Refusal);
        for (var n = FactsState.MaxUntrusted; n < FactsState.MaxValid; n++)
        {
            _facts.Remember($"key {n}", $"text {n}");
        }

        Assert.Equal(FactsState.MaxValid, _facts.Valid.Count());
        _facts.Remember("one more", "text").ThenRefused("500 facts").Remember("key 400", "another text");
        Assert.Null(_facts.Last.Refusal);
    }

    [Theory]
    [InlineData("", "text", "A key is")]
    [InlineData("city: Paris", "text", "A key is")]
    [InlineData("city [the user said]", "text", "A key is")]
    [InlineData("city", " ", "no text")]
    public void What_cannot_be_kept_is_refused_in_words_for_the_model(string key, string text, string why) => _facts.Remember(key, text).ThenRefused(why);

    [Fact]
    public void Keys_and_texts_have_their_length()
    {
        _facts.Remember(new string('k', 65), "text").ThenRefused("A key is").Remember("long", new string('x', 1_001)).ThenRefused("1000 characters and this one has 1001");
        _facts.Remember(new string('k', 64), new string('x', 1_000));
        Assert.Null(_facts.Last.Refusal);
    }
}
