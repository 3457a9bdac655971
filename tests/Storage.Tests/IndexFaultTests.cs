using OrleansAgents.Journal.Search;
using OrleansAgents.Storage.Sqlite;
using Xunit;

namespace OrleansAgents.Storage.Tests;

/// <summary>An index that is damaged, replaced or slow.</summary>
public sealed class IndexFaultTests : IndexStand
{
    [Fact]
    public async Task An_index_that_cannot_forget_goes_as_a_whole()
    {
        await PutAsync(Ann, "thr_gone", "Gone", "wordgone");
        await DamageAsync("DROP TABLE texts");

        await Index.RemoveAsync("thr_gone");

        Assert.Equal(DateTimeOffset.MinValue, await Index.SinceAsync());
        Assert.All(Files(), text => Assert.DoesNotContain("wordgone", text, StringComparison.Ordinal));
        await PutAsync(Ann, "thr_new", "New", "words");
        Assert.Equal("thr_new", await IdsAsync(Ann, "words"));
    }

    [Fact]
    public async Task What_was_removed_is_not_put_into_the_index_that_replaces_a_damaged_one()
    {
        await Index.RemoveAsync("thr_gone");
        await DamageAsync("DROP TABLE users");
        await Assert.ThrowsAsync<SearchRefusedException>(() => IdsAsync(Ann, "words"));

        await PutAsync(Ann, "thr_gone", "Gone", "words");
        await PutAsync(Ann, "thr_kept", "Kept", "words");
        Assert.Equal("thr_kept", await IdsAsync(Ann, "words"));
    }

    [Theory]
    [InlineData("DROP TABLE texts")]
    [InlineData("UPDATE words_data SET block=x'ffffffffffffffff'")]
    public async Task An_index_that_is_damaged_refuses_the_search_in_words_and_begins_anew(string damage)
    {
        await PutAsync(Ann, "thr_one", "One", "words");
        await Index.SaveSinceAsync(DateTimeOffset.MinValue, Sample.Start);
        await DamageAsync(damage);

        var refusals = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => (await Record.ExceptionAsync(() => IdsAsync(Ann, "words"))) as SearchRefusedException));
        Assert.Contains(refusals, e => e is { Code: "search_unavailable" } && e.Message.Contains("is being built again", StringComparison.Ordinal));

        Assert.Equal(DateTimeOffset.MinValue, await Index.SinceAsync());
        await PutAsync(Ann, "thr_one", "One", "words");
        Assert.Equal("thr_one", await IdsAsync(Ann, "words"));
    }

    [Fact]
    public async Task A_search_that_takes_too_long_is_refused_in_words_and_the_index_stays()
    {
        await PutAsync(Ann, "thr_one", "One", Many);
        Reopen(1, new SteppingTime(() => SqliteThreadIndex.Longest));

        var refused = await Assert.ThrowsAsync<SearchRefusedException>(() => IdsAsync(Ann, "words"));
        Assert.Equal(("invalid_request", "The search took more than 2 s. Search for longer or rarer words."), (refused.Code, refused.Message));

        Reopen(1, new SteppingTime(() => TimeSpan.Zero));
        Assert.Equal("thr_one", await IdsAsync(Ann, "words"));
    }

    [Fact]
    public async Task A_search_ends_when_its_caller_leaves()
    {
        using var caller = new CancellationTokenSource();
        await PutAsync(Ann, "thr_one", "One", Many);
        var looks = 0;
        Reopen(1, new SteppingTime(() =>
        {
            if (++looks == 3)
            {
                caller.Cancel();
            }

            return TimeSpan.Zero;
        }));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Index.FindAsync(Ann, "words", 0, 10, caller.Token));
        Assert.Equal(3, looks);
        Assert.Equal("thr_one", await IdsAsync(Ann, "words"));
    }

    [Fact]
    public async Task How_far_an_index_was_is_not_said_of_the_one_that_replaced_it()
    {
        await Index.SaveSinceAsync(DateTimeOffset.MinValue, Sample.Start);
        await DamageAsync("DROP TABLE users");
        await Assert.ThrowsAsync<SearchRefusedException>(() => IdsAsync(Ann, "words"));

        await Index.SaveSinceAsync(Sample.Start, Sample.Start.AddHours(1));
        Assert.Equal(DateTimeOffset.MinValue, await Index.SinceAsync());
    }

    [Fact]
    public async Task It_goes_on_where_it_was_and_begins_anew_for_another_store_or_a_damaged_file()
    {
        await PutAsync(Ann, "thr_one", "One", "words");
        await Index.SaveSinceAsync(DateTimeOffset.MinValue, Sample.Start);
        Reopen(1);
        Assert.Equal((Sample.Start, "thr_one"), (await Index.SinceAsync(), await IdsAsync(Ann, "words")));

        Reopen(2);
        Assert.Equal((DateTimeOffset.MinValue, ""), (await Index.SinceAsync(), await IdsAsync(Ann, "words")));

        await PutAsync(Ann, "thr_one", "One", "words");
        Index.Dispose();
        await File.WriteAllTextAsync(SqliteThreadIndex.PathOf(Store), "no database at all, and long enough to be taken for one", Cancel);
        Reopen(2);
        Assert.Equal(0, await Index.HeadOfAsync("thr_one"));
        await PutAsync(Ann, "thr_one", "One", "words");
        Assert.Equal("thr_one", await IdsAsync(Ann, "words"));
    }

    /// <summary>Texts that a search looks at the clock for more than once.</summary>
    private static string[] Many => [.. Enumerable.Range(0, 500).Select(n => $"words {n}")];

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
}
