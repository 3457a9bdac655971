using Microsoft.Data.Sqlite;
using OrleansAgents;

namespace Refunds;

/// <summary>An order as the shop has it.</summary>
public sealed record Order(string Id, string Customer, decimal Paid, decimal Refunded);

/// <summary>What the agent can do: ordinary methods. The shop and the call are bound and never shown to the model.</summary>
public static class Orders
{
    /// <summary>Looks an order up.</summary>
    /// <param name="id">Number of the order, such as A-100.</param>
    public static Order Find(string id, Shop shop) =>
        shop.Find(id) ?? throw new ToolException($"There is no order {id}; orders are A-100, A-101 and A-102.");

    /// <summary>Pays an order back, wholly or in part.</summary>
    /// <param name="id">Number of the order.</param>
    /// <param name="amount">How much, in euros.</param>
    public static Order Refund(string id, decimal amount, Shop shop, ToolCall call)
    {
        var order = Find(id, shop);
        if (shop.HasPaid(call.IdempotencyKey))
        {
            return order; // The first attempt died before its result was recorded: it is paid, and nothing is left to judge.
        }

        if (amount <= 0 || amount > order.Paid - order.Refunded)
        {
            throw new ToolException($"{amount} cannot be paid back: {order.Paid} was paid and {order.Refunded} went back already.");
        }

        shop.Refund(id, amount, call.IdempotencyKey);
        return Find(id, shop);
    }
}

/// <summary>The shop's books. A refund is a row by its idempotency key: the same call a second time changes nothing.</summary>
public sealed class Shop
{
    private readonly string _source;

    public Shop(string file)
    {
        _source = $"Data Source={file}";
        Run("""
            CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, customer TEXT NOT NULL, paid TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS refunds (key TEXT PRIMARY KEY, id TEXT NOT NULL, amount TEXT NOT NULL);
            INSERT OR IGNORE INTO orders VALUES ('A-100', 'Ada', '40'), ('A-101', 'Grace', '120'), ('A-102', 'Edsger', '15.50');
            """);
    }

    public Order? Find(string id)
    {
        using var db = Open();
        using var find = db.CreateCommand();
        find.CommandText = "SELECT id, customer, paid, (SELECT coalesce(sum(amount), 0) FROM refunds r WHERE r.id = o.id) FROM orders o WHERE id = $id";
        find.Parameters.AddWithValue("$id", id);
        using var row = find.ExecuteReader();
        return row.Read() ? new(row.GetString(0), row.GetString(1), row.GetDecimal(2), row.GetDecimal(3)) : null;
    }

    public bool HasPaid(string key)
    {
        using var db = Open();
        using var find = db.CreateCommand();
        find.CommandText = "SELECT 1 FROM refunds WHERE key = $key";
        find.Parameters.AddWithValue("$key", key);
        return find.ExecuteScalar() is not null;
    }

    public void Refund(string id, decimal amount, string key) =>
        Run("INSERT OR IGNORE INTO refunds VALUES ($key, $id, $amount)", ("$key", key), ("$id", id), ("$amount", amount));

    private void Run(string sql, params (string Name, object Value)[] values)
    {
        using var db = Open();
        using var command = db.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    }

    private SqliteConnection Open()
    {
        var db = new SqliteConnection(_source);
        db.Open();
        return db;
    }
}
