using System.Security.Cryptography;
using System.Text;

namespace OrleansAgents.Events;

/// <summary>Ids of runs, threads, facts and commands: 160 bits, without order.</summary>
public static class JournalIds
{
    private const string Run = "run_";
    private const string Thread = "thr_";
    private const string Facts = "fct_";
    private const string OneFact = "fact_";
    private const int Bytes = 20;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    private static readonly System.Buffers.SearchValues<char> Allowed =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>A number from 0 to 255 that is stable over builds: FNV-1a of the id, folded.</summary>
    public static int PartitionOf(string id)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(id))
        {
            hash = (hash ^ b) * 16777619u;
        }

        return (int)((hash ^ (hash >> 8) ^ (hash >> 16) ^ (hash >> 24)) & 0xFF);
    }

    public static string NewRun() => Run + Random();

    public static string NewThread() => Thread + Random();

    /// <summary>A random id of a command whose client gave none.</summary>
    public static string NewCommand() => "cmd_" + Random();

    /// <summary>The id of a start under a client's key: the same key of the same user names the same run, so that one grain decides.</summary>
    public static string RunOfKey(Principal who, string key) => Run + Derived($"{who.Tenant}\n{who.User}\n start\n{key}");

    /// <summary>The id of the thread that is opened under a client's key.</summary>
    public static string ThreadOfKey(Principal who, string key) => Thread + Derived($"{who.Tenant}\n{who.User}\n open\n{key}");

    /// <summary>The run of a turn follows from the message that it answers, so that trying again starts nothing twice.</summary>
    public static string RunOfTurn(string threadId, string messageId) => Run + Derived($"{threadId}\n turn\n{messageId}");

    /// <summary>The journal of what is kept of a user across threads: one for each user of each tenant.</summary>
    public static string FactsOf(Principal who) => Facts + Derived($"{who.Tenant}\n{who.User}\n facts");

    /// <summary>The fact that a command makes, so that trying again makes no second one.</summary>
    public static string FactOf(string journalId, string commandId) => OneFact + Derived($"{journalId}\n fact\n{commandId}");

    public static bool IsFacts(string id) => id.StartsWith(Facts, StringComparison.Ordinal);

    /// <summary>Whether a fact may have this id; another is not worth asking for.</summary>
    public static bool CanBeFact(string id) => Fits(id, OneFact, 1);

    public static bool IsThread(string id) => id.StartsWith(Thread, StringComparison.Ordinal);

    /// <summary>Whether a run may have this id; another is not worth asking for.</summary>
    public static bool CanBeRun(string id) => Fits(id, Run, 1);

    /// <summary>Whether a client may name a thread so: long enough that nobody guesses it.</summary>
    public static bool CanBeThread(string id) => Fits(id, Thread, 16);

    private static bool Fits(string id, string prefix, int least) =>
        id.Length >= prefix.Length + least && id.Length <= prefix.Length + 64 && id.StartsWith(prefix, StringComparison.Ordinal)
        && id.AsSpan(prefix.Length).IndexOfAnyExcept(Allowed) < 0;

    private static string Random() => Base32(RandomNumberGenerator.GetBytes(Bytes));

    // Neither a tenant, a user nor a key has control characters, so that no two sources read alike.
    private static string Derived(string source) => Base32(SHA256.HashData(Encoding.UTF8.GetBytes(source)).AsSpan(0, Bytes));

    /// <summary>RFC 4648 §6 in lower case; 20 bytes need no padding.</summary>
    private static string Base32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 8 / 5);
        var (bits, count) = (0, 0);
        foreach (var b in bytes)
        {
            (bits, count) = ((bits << 8) | b, count + 8);
            for (; count >= 5; count -= 5)
            {
                text.Append(Alphabet[(bits >> (count - 5)) & 31]);
            }

            bits &= (1 << count) - 1;
        }

        return text.ToString();
    }
}
