using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>XXH3-64 of rows, so that a bit that changed on disk is found before it is believed. Thread-bound.</summary>
internal sealed class Checksums
{
    private readonly XxHash3 _hash = new();

    public long Of(string id, JournalEvent e)
    {
        Add(id);
        Add(e.Seq);
        Add(Micros(e.At));
        Add(e.Type);
        Add(e.CommandId);
        _hash.Append(e.Data);
        return Take();
    }

    public long Of(JournalHeader h)
    {
        Add(h.Id);
        Add(h.Principal.Tenant);
        Add(h.Principal.User);
        Add(h.ThreadId);
        Add(h.Agent);
        Add(h.Model);
        Add(h.Summary);
        Add(h.Reason);
        Add(h.Owner);
        Add((long)h.Kind);
        Add((long)h.Status);
        Add(h.Head);
        Add(h.Epoch);
        Add(h.PublishedSeq);
        Add(Micros(h.CreatedAt));
        Add(Micros(h.UpdatedAt));
        Add(h.WakeAt is { } w ? Micros(w) : long.MinValue);
        Add(h.EndedAt is { } x ? Micros(x) : long.MinValue);
        if (h.Generation != 1)
        {
            Add(h.Generation);
        }

        if (h.Marks != ThreadMarks.None || (h.ActiveAt is not null && h.ActiveAt != h.UpdatedAt))
        {
            Add("thread");
            Add((long)h.Marks);
            Add(h.ActiveAt is { } active ? Micros(active) : long.MinValue);
        }

        return Take();
    }

    public long Of(string id)
    {
        Add(id);
        return Take();
    }

    public long Of(string name, long value)
    {
        Add(name);
        Add(value);
        return Take();
    }

    public long Of(string id, RecordedCommand c)
    {
        Add(id);
        Add(c.CommandId);
        Add(c.RequestHash);
        Add(c.Seq);
        return Take();
    }

    public long Of(string id, Snapshot s)
    {
        Add(id);
        Add(s.Seq);
        Add(s.FoldVersion);
        _hash.Append(s.Data);
        return Take();
    }

    public static long Micros(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>Its length goes in too, so that no two rows run into each other.</summary>
    private void Add(string? text)
    {
        Add(text is null ? -1L : text.Length);
        _hash.Append(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    private void Add(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.Append(bytes);
    }

    private long Take()
    {
        var value = (long)_hash.GetCurrentHashAsUInt64();
        _hash.Reset();
        return value;
    }
}
