using OrleansAgents.Events;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Storage.Tests;

/// <summary>A thousand conversations of two users in five scripts: what is found is what a look at every text finds.</summary>
public sealed class ManyThreadsTests : IDisposable
{
    private const int Threads = 1000;
    private static readonly Principal[] Users = [new("acme", "ann"), new("acme", "bob")];

    /// <summary>Words that are no beginning of each other; the Chinese ones stand without spaces between.</summary>
    private static readonly (string Between, string[] Words)[] Scripts =
    [
        ("", ["退款", "付款", "订单", "发票", "物流", "客服", "密码", "账户"]),
        (" ", ["возврат", "оплата", "заказ", "счёт", "доставка", "пароль"]),
        (" ", ["استرداد", "دفع", "طلب", "فاتورة", "شحن", "حساب"]),
        (" ", ["환불", "결제", "주문", "송장", "배송", "비밀번호"]),
        (" ", ["refund", "payment", "order", "invoice", "shipping", "password"]),
    ];

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, (Principal User, string Title, string Text)> _threads = [];
    private SqliteThreadIndex _index;

    public ManyThreadsTests() => _index = SqliteThreadIndex.Open(_folder.File("agents.db"), 1);

    public void Dispose()
    {
        _index.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_found_is_right_after_renames_deletions_and_a_rebuild_and_never_anothers()
    {
        var random = new Random(16);
        for (var n = 0; n < Threads; n++)
        {
            var script = Scripts[n % Scripts.Length];
            await PutAsync($"thr_{n:0000}", Users[random.Next(2)], Phrase(random, script, 2), Phrase(random, script, 3));
        }

        await CheckAsync();

        foreach (var (id, thread) in Some(random, 200))
        {
            await PutAsync(id, thread.User, Phrase(random, Scripts[random.Next(Scripts.Length)], 2), thread.Text);
        }

        await CheckAsync();

        foreach (var (id, _) in Some(random, 200))
        {
            await _index.RemoveAsync(id);
            _threads.Remove(id);
        }

        await CheckAsync();

        _index.Dispose();
        _index = SqliteThreadIndex.Open(_folder.File("agents.db"), 2);
        Assert.Empty(await FindAsync(Users[0], "refund"));
        foreach (var (id, (user, title, text)) in _threads.ToList())
        {
            await PutAsync(id, user, title, text);
        }

        await CheckAsync();
    }

    /// <summary>Each word of each script for each user, against the texts themselves.</summary>
    private async Task CheckAsync()
    {
        foreach (var user in Users)
        {
            foreach (var word in Scripts.SelectMany(s => s.Words))
            {
                var expected = _threads.Where(t => t.Value.User == user && (t.Value.Title + "\n" + t.Value.Text).Contains(word, StringComparison.Ordinal)).Select(t => t.Key).Order().ToList();
                Assert.NotEmpty(expected);
                Assert.Equal(expected, (await FindAsync(user, word)).Order());
            }
        }
    }

    private async Task<IEnumerable<string>> FindAsync(Principal user, string query) =>
        (await _index.FindAsync(user, query, 0, Threads, TestContext.Current.CancellationToken)).Select(hit => hit.ThreadId);

    private async Task PutAsync(string id, Principal user, string title, string text)
    {
        _threads[id] = (user, title, text);
        await _index.PutAsync(new(id, user, title, 3, [new(1, $"run_{id}", [text])]));
    }

    private List<KeyValuePair<string, (Principal User, string Title, string Text)>> Some(Random random, int count)
    {
        var all = _threads.OrderBy(t => t.Key, StringComparer.Ordinal).ToArray();
        random.Shuffle(all);
        return [.. all.Take(count)];
    }

    private static string Phrase(Random random, (string Between, string[] Words) script, int words) =>
        string.Join(script.Between, random.GetItems(script.Words, words));
}
