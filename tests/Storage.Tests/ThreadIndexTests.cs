using Xunit;

namespace OrleansAgents.Storage.Tests;

/// <summary>What the index finds, in which order, and that what was removed stands in none of its files.</summary>
public sealed class ThreadIndexTests : IndexStand
{
    /// <summary>A text, and what finds it.</summary>
    public static TheoryData<string, string[]> Scripts => new()
    {
        { "请在三天内退款，谢谢。", ["退款", "退", "三天", "天内退款", "请在三天内退款"] },
        { "返金の手続きをカタカナで説明してください", ["返金", "手続き", "カタカナ", "ｶﾀｶﾅ"] },
        { "환불 규정을 알려 주세요", ["환불", "규정", "환"] },
        { "Верните деньги за ёлку", ["деньги", "ДЕНЬГИ", "верн", "елку"] },
        { "أُريدُ استرداد المبلغ", ["استرداد", "أريد", "المب"] },
        { "मुझे पैसे वापस चाहिए हिन्दी में", ["पैसे", "हिन्दी", "वापस चाहिए"] },
        { "ขอเงินคืนภายในสามวัน", ["เงินคืน", "สามวัน"] },
        { "The café's Straße is naïve: REFUND-2024 over 1.500 €", ["cafe", "café", "straße", "naive refund", "refund-2024", "1.500", "ref"] },
        { "δώστε πίσω τα χρήματα", ["χρήματα", "χρηματα"] },
        { "החזר כספי בבקשה", ["כספי", "החזר"] },
        { "a 👍🏽 b 𝒳", ["a b"] },
    };

    [Theory, MemberData(nameof(Scripts))]
    public async Task A_text_is_found_by_parts_of_it_in_any_script(string text, string[] queries)
    {
        await PutAsync(Ann, "thr_other", "Other", "nothing of it");
        await PutAsync(Ann, "thr_wanted", "Wanted", text);

        foreach (var query in queries)
        {
            Assert.Equal($"{query}: thr_wanted", $"{query}: {await IdsAsync(Ann, query)}");
        }
    }

    [Theory]
    [InlineData("款退")]
    [InlineData("fundre")]
    [InlineData("refund 退款 missing")]
    [InlineData("efund")]
    [InlineData("")]
    [InlineData("!?")]
    [InlineData("\"")]
    [InlineData("ref*")]
    [InlineData("who : u2")]
    [InlineData("NOT refund")]
    public async Task What_is_not_said_is_not_found_and_operators_are_words(string query)
    {
        await PutAsync(Ann, "thr_one", "One", "refund 退款 within days");
        await PutAsync(Bob, "thr_bob", "Bob", "who u2 not fundre missing");
        Assert.Equal(query == "ref*" ? "thr_one" : "", await IdsAsync(Ann, query));
    }

    [Fact]
    public async Task A_title_comes_before_a_message_and_each_thread_once_with_its_best_text()
    {
        await PutAsync(Ann, "thr_said", "Bills", "refund", "the refund of the refund", "again a refund");
        await PutAsync(Ann, "thr_titled", "Refund", "something else");

        var hits = await Index.FindAsync(Ann, "refund", 0, 10, Cancel);
        Assert.Equal(["thr_titled 0 Refund", "thr_said 1 refund"], hits.Select(h => $"{h.ThreadId} {h.Turn} {h.Text}"));
        Assert.Equal(["thr_said"], (await Index.FindAsync(Ann, "refund", 1, 1, Cancel)).Select(h => h.ThreadId));
    }

    [Fact]
    public async Task Nobody_finds_what_another_said()
    {
        await PutAsync(Ann, "thr_ann", "Ann", "secret plan");
        await PutAsync(Bob, "thr_bob", "Bob", "secret plan");
        await PutAsync(new("other", "ann"), "thr_other", "Other", "secret plan");

        Assert.Equal("thr_ann", await IdsAsync(Ann, "secret"));
        Assert.Equal("thr_bob", await IdsAsync(Bob, "secret"));
        Assert.Equal("", await IdsAsync(new("acme", "eve"), "secret"));
    }

    [Fact]
    public async Task A_rename_and_a_turn_told_anew_replace_what_was_there()
    {
        await PutAsync(Ann, "thr_one", "Alpha", "the question");
        await Index.PutAsync(new("thr_one", Ann, "Beta", 5, [new(1, "run_1", ["the question", "the answer"])]));

        Assert.Equal("", await IdsAsync(Ann, "alpha"));
        Assert.Equal("thr_one", await IdsAsync(Ann, "beta"));
        Assert.Equal("thr_one", await IdsAsync(Ann, "answer"));
        Assert.Equal(5, await Index.HeadOfAsync("thr_one"));
    }

    [Fact]
    public async Task What_was_removed_is_not_found_and_stands_in_no_file()
    {
        await PutAsync(Ann, "thr_kept", "Kept", "ordinary words");
        await PutAsync(Ann, "thr_gone", "Titlewordgone", "bodywordgone 退款密码");
        await Index.PutAsync(new("thr_kept", Ann, "Kept", 9, [new(2, "run_gone", ["runwordgone"])]));
        Assert.Equal("thr_gone", await IdsAsync(Ann, "密码"));

        await Index.RemoveAsync("thr_gone");
        await Index.RemoveAsync("run_gone");

        foreach (var word in new[] { "titlewordgone", "bodywordgone", "密码", "runwordgone" })
        {
            Assert.Equal("", await IdsAsync(Ann, word));
        }

        Assert.Equal("thr_kept", await IdsAsync(Ann, "ordinary"));
        Assert.Equal(0, await Index.HeadOfAsync("thr_gone"));
        foreach (var text in Files())
        {
            Assert.DoesNotContain("wordgone", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("密", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_read_before_it_was_removed_is_not_put_afterwards()
    {
        await Index.RemoveAsync("thr_gone");
        await Index.RemoveAsync("run_thr_kept_0");
        await PutAsync(Ann, "thr_gone", "Gone", "words");
        await PutAsync(Ann, "thr_kept", "Kept", "words", "other words");

        Assert.Equal("thr_kept", await IdsAsync(Ann, "words"));
        Assert.Equal([2], (await Index.FindAsync(Ann, "words", 0, 10, Cancel)).Select(h => h.Turn));
    }

    [Fact]
    public async Task Turns_that_follow_on_a_head_are_put_on_that_head_alone()
    {
        await Index.PutAsync(new("thr_one", Ann, "One", 12, [new(3, "run_3", ["later words"])]), after: 10);
        Assert.Equal((0, ""), (await Index.HeadOfAsync("thr_one"), await IdsAsync(Ann, "later")));

        await Index.PutAsync(new("thr_one", Ann, "One", 12, [new(1, "run_1", ["words"])]), after: 0);
        Assert.Equal((12, "thr_one"), (await Index.HeadOfAsync("thr_one"), await IdsAsync(Ann, "words")));
    }

    [Fact]
    public async Task A_long_text_is_found_by_its_beginning_and_broken_characters_harm_nothing()
    {
        await PutAsync(Ann, "thr_long", "Long", "beginning " + new string('x', 100_000) + " end");
        await PutAsync(Ann, "thr_broken", "Broken", "half \uD83D of a pair");

        Assert.Equal("thr_long", await IdsAsync(Ann, "beginning"));
        Assert.Equal("thr_broken", await IdsAsync(Ann, "pair"));
    }
}
