using OrleansAgents.Events;
using OrleansAgents.Search;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Storage.Tests;

/// <summary>What the index finds, in which order, and that what was removed stands in none of its files.</summary>
public sealed class ThreadIndexTests : IDisposable
{
    private static readonly Principal Ann = new("acme", "ann");
    private static readonly Principal Bob = new("acme", "bob");
    private readonly TempFolder _folder = new();
    private SqliteThreadIndex _index;

    public ThreadIndexTests() => _index = Open();

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

    public void Dispose()
    {
        _index.Dispose();
        _folder.Dispose();
    }

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

        var hits = await _index.FindAsync(Ann, "refund", 0, 10, Cancel);
        Assert.Equal(["thr_titled 0 Refund", "thr_said 1 refund"], hits.Select(h => $"{h.ThreadId} {h.Turn} {h.Text}"));
        Assert.Equal(["thr_said"], (await _index.FindAsync(Ann, "refund", 1, 1, Cancel)).Select(h => h.ThreadId));
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
        await _index.PutAsync(new("thr_one", Ann, "Beta", 5, [new(1, "run_1", ["the question", "the answer"])]));

        Assert.Equal("", await IdsAsync(Ann, "alpha"));
        Assert.Equal("thr_one", await IdsAsync(Ann, "beta"));
        Assert.Equal("thr_one", await IdsAsync(Ann, "answer"));
        Assert.Equal(5, await _index.HeadOfAsync("thr_one"));
    }

    [Fact]
    public async Task What_was_removed_is_not_found_and_stands_in_no_file()
    {
        await PutAsync(Ann, "thr_kept", "Kept", "ordinary words");
        await PutAsync(Ann, "thr_gone", "Titlewordgone", "bodywordgone 退款密码");
        await _index.PutAsync(new("thr_kept", Ann, "Kept", 9, [new(2, "run_gone", ["runwordgone"])]));
        Assert.Equal("thr_gone", await IdsAsync(Ann, "密码"));

        await _index.RemoveAsync("thr_gone");
        await _index.RemoveAsync("run_gone");

        foreach (var word in new[] { "titlewordgone", "bodywordgone", "密码", "runwordgone" })
        {
            Assert.Equal("", await IdsAsync(Ann, word));
        }

        Assert.Equal("thr_kept", await IdsAsync(Ann, "ordinary"));
        Assert.Equal(0, await _index.HeadOfAsync("thr_gone"));
        foreach (var text in Files())
        {
            Assert.DoesNotContain("wordgone", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("密", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_read_before_it_was_removed_is_not_put_afterwards()
    {
        await _index.RemoveAsync("thr_gone");
        await _index.RemoveAsync("run_thr_kept_0");
        await PutAsync(Ann, "thr_gone", "Gone", "words");
        await PutAsync(Ann, "thr_kept", "Kept", "words", "other words");

        Assert.Equal("thr_kept", await IdsAsync(Ann, "words"));
        Assert.Equal([2], (await _index.FindAsync(Ann, "words", 0, 10, Cancel)).Select(h => h.Turn));
    }

    [Fact]
    public async Task Turns_that_follow_on_a_head_are_put_on_that_head_alone()
    {
        await _index.PutAsync(new("thr_one", Ann, "One", 12, [new(3, "run_3", ["later words"])]), after: 10);
        Assert.Equal((0, ""), (await _index.HeadOfAsync("thr_one"), await IdsAsync(Ann, "later")));

        await _index.PutAsync(new("thr_one", Ann, "One", 12, [new(1, "run_1", ["words"])]), after: 0);
        Assert.Equal((12, "thr_one"), (await _index.HeadOfAsync("thr_one"), await IdsAsync(Ann, "words")));
    }

    [Fact]
    public async Task An_index_that_cannot_forget_goes_as_a_whole()
    {
        await PutAsync(Ann, "thr_gone", "Gone", "wordgone");
        await DamageAsync("DROP TABLE texts");

        await _index.RemoveAsync("thr_gone");

        Assert.Equal(DateTimeOffset.MinValue, await _index.SinceAsync());
        Assert.All(Files(), text => Assert.DoesNotContain("wordgone", text, StringComparison.Ordinal));
        await PutAsync(Ann, "thr_new", "New", "words");
        Assert.Equal("thr_new", await IdsAsync(Ann, "words"));
    }

    [Theory]
    [InlineData("DROP TABLE texts")]
    [InlineData("UPDATE words_data SET block=x'ffffffffffffffff'")]
    public async Task An_index_that_is_damaged_refuses_the_search_in_words_and_begins_anew(string damage)
    {
        await PutAsync(Ann, "thr_one", "One", "words");
        await _index.SaveSinceAsync(DateTimeOffset.MinValue, Sample.Start);
        await DamageAsync(damage);

        var refusals = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => (await Record.ExceptionAsync(() => IdsAsync(Ann, "words"))) as SearchRefusedException));
        Assert.Contains(refusals, e => e is { Code: "search_unavailable" } && e.Message.Contains("is being built again", StringComparison.Ordinal));

        Assert.Equal(DateTimeOffset.MinValue, await _index.SinceAsync());
        await PutAsync(Ann, "thr_one", "One", "words");
        Assert.Equal("thr_one", await IdsAsync(Ann, "words"));
    }

    [Fact]
    public async Task A_search_that_takes_too_long_is_refused_in_words_and_the_index_stays()
    {
        await PutAsync(Ann, "thr_one", "One", Many);
        WithClock(() => SqliteThreadIndex.Longest);

        var refused = await Assert.ThrowsAsync<SearchRefusedException>(() => IdsAsync(Ann, "words"));
        Assert.Equal(("invalid_request", "The search took more than 2 s. Search for longer or rarer words."), (refused.Code, refused.Message));

        WithClock(() => TimeSpan.Zero);
        Assert.Equal("thr_one", await IdsAsync(Ann, "words"));
    }

    [Fact]
    public async Task A_search_ends_when_its_caller_leaves()
    {
        using var caller = new CancellationTokenSource();
        await PutAsync(Ann, "thr_one", "One", Many);
        var looks = 0;
        WithClock(() =>
        {
            if (++looks == 3)
            {
                caller.Cancel();
            }

            return TimeSpan.Zero;
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _index.FindAsync(Ann, "words", 0, 10, caller.Token));
        Assert.Equal(3, looks);
        Assert.Equal("thr_one", await IdsAsync(Ann, "words"));
    }

    [Fact]
    public async Task How_far_an_index_was_is_not_said_of_the_one_that_replaced_it()
    {
        await _index.SaveSinceAsync(DateTimeOffset.MinValue, Sample.Start);
        await DamageAsync("DROP TABLE users");
        await Assert.ThrowsAsync<SearchRefusedException>(() => IdsAsync(Ann, "words"));

        await _index.SaveSinceAsync(Sample.Start, Sample.Start.AddHours(1));
        Assert.Equal(DateTimeOffset.MinValue, await _index.SinceAsync());
    }

    [Fact]
    public async Task It_goes_on_where_it_was_and_begins_anew_for_another_store_or_a_damaged_file()
    {
        await PutAsync(Ann, "thr_one", "One", "words");
        await _index.SaveSinceAsync(DateTimeOffset.MinValue, Sample.Start);
        Reopen(1);
        Assert.Equal((Sample.Start, "thr_one"), (await _index.SinceAsync(), await IdsAsync(Ann, "words")));

        Reopen(2);
        Assert.Equal((DateTimeOffset.MinValue, ""), (await _index.SinceAsync(), await IdsAsync(Ann, "words")));

        await PutAsync(Ann, "thr_one", "One", "words");
        _index.Dispose();
        await File.WriteAllTextAsync(SqliteThreadIndex.PathOf(Store), "no database at all, and long enough to be taken for one", Cancel);
        _index = SqliteThreadIndex.Open(Store, 2);
        Assert.Equal(0, await _index.HeadOfAsync("thr_one"));
        await PutAsync(Ann, "thr_one", "One", "words");
        Assert.Equal("thr_one", await IdsAsync(Ann, "words"));
    }

    [Fact]
    public async Task A_long_text_is_found_by_its_beginning_and_broken_characters_harm_nothing()
    {
        await PutAsync(Ann, "thr_long", "Long", "beginning " + new string('x', 100_000) + " end");
        await PutAsync(Ann, "thr_broken", "Broken", "half \uD83D of a pair");

        Assert.Equal("thr_long", await IdsAsync(Ann, "beginning"));
        Assert.Equal("thr_broken", await IdsAsync(Ann, "pair"));
    }

    /// <summary>Texts that a search looks at the clock for more than once.</summary>
    private static string[] Many => [.. Enumerable.Range(0, 500).Select(n => $"words {n}")];

    private void WithClock(Func<TimeSpan> step)
    {
        _index.Dispose();
        _index = SqliteThreadIndex.Open(Store, 1, new SteppingTime(step));
    }

    /// <summary>A clock that is moved by each look at it.</summary>
    private sealed class SteppingTime(Func<TimeSpan> step) : TimeProvider
    {
        private TimeSpan _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => (_now += step()).Ticks;
    }

    private async Task DamageAsync(string sql)
    {
        using var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={SqliteThreadIndex.PathOf(Store)};Pooling=False");
        await other.OpenAsync(Cancel);
        other.Run(sql);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Store => _folder.File("agents.db");

    private List<string> Files() =>
        [.. Directory.GetFiles(Path.GetDirectoryName(Store)!, "agents.search.db*").Select(file => System.Text.Encoding.UTF8.GetString(File.ReadAllBytes(file)))];

    private SqliteThreadIndex Open() => SqliteThreadIndex.Open(Store, 1);

    private void Reopen(long generation)
    {
        _index.Dispose();
        _index = SqliteThreadIndex.Open(Store, generation);
    }

    private Task PutAsync(Principal principal, string id, string title, params string[] texts) =>
        _index.PutAsync(new(id, principal, title, 3, [.. texts.Select((t, i) => new IndexedTurn(i + 1, $"run_{id}_{i}", [t]))]));

    private async Task<string> IdsAsync(Principal principal, string query) =>
        string.Join(' ', (await _index.FindAsync(principal, query, 0, 10, Cancel)).Select(h => h.ThreadId));
}
