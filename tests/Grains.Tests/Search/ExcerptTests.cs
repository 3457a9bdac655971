using OrleansAgents.Grains.Search;
using OrleansAgents.Threads;

namespace OrleansAgents.Grains.Tests.Search;

/// <summary>The part of a text that a search shows.</summary>
public sealed class ExcerptTests
{
    private static readonly string Long = string.Concat(Enumerable.Range(0, 100).Select(n => $"word{n} "));

    [Theory]
    [InlineData("refund", "Refund the refunds.", "[Refund] the [refunds].")]
    [InlineData("the refund", "Refund the refunds.", "[Refund] [the] [refunds].")]
    [InlineData("ref", "A reform: the refund", "A [reform]: the [refund]")]
    [InlineData("refund the", "Refunds: refund the", "Refunds: [refund] [the]")]
    [InlineData("退款", "请退款，不要退货款", "请[退款]，不要退货款")]
    [InlineData("cafe", "Ein Café?", "Ein [Café]?")]
    [InlineData("2024-10", "On 2024-10-01", "On [2024-10]-01")]
    [InlineData("nothing", "Something", "Something")]
    [InlineData("x", "👍 x 👍", "👍 [x] 👍")]
    public void Matches_are_marked_as_they_stand_in_the_text(string query, string text, string shown) =>
        Assert.Equal(shown, Shown(Excerpt.Of(query, 1, text)));

    [Fact]
    public void Of_a_long_text_the_place_of_the_first_match_is_shown()
    {
        var match = Excerpt.Of("word70", 3, Long);

        Assert.Equal(3, match.Turn);
        Assert.InRange(match.Text.Length, 100, 184);
        Assert.StartsWith("…word", match.Text);
        Assert.EndsWith("…", match.Text);
        Assert.Contains("[word70]", Shown(match));
    }

    [Fact]
    public void A_title_has_no_turn_and_a_text_without_a_match_shows_its_beginning()
    {
        Assert.Null(Excerpt.Of("word1", 0, Long).Turn);
        Assert.StartsWith("word0 ", Excerpt.Of("other", 1, Long).Text);
    }

    [Fact]
    public void No_character_is_cut_in_two_wherever_the_match_stands()
    {
        for (var n = 0; n < 200; n++)
        {
            var match = Excerpt.Of("needle", 1, new string('.', n % 3) + string.Concat(Enumerable.Repeat("👍", n)) + " needle " + string.Concat(Enumerable.Repeat("👍", 200)));
            Assert.Contains("[needle]", Shown(match));
            Assert.DoesNotContain(match.Text.EnumerateRunes(), r => r.Value == 0xFFFD);
        }
    }

    private static string Shown(ThreadMatch match) =>
        match.Marks.Reverse().Aggregate(match.Text, (text, m) => text.Insert(m.From + m.Length, "]").Insert(m.From, "["));
}
