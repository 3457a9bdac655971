using OrleansAgents.Events;

namespace OrleansAgents.Grains.Lifecycle;

/// <summary>Cuts what is to be published into batches: each travels as one message of the stream's queue, and queues bound a message's size.</summary>
internal static class Batches
{
    /// <summary>Events of a batch.</summary>
    public const int Most = 256;

    /// <summary>Bytes of data of a batch. An event with more travels without its data.</summary>
    public const int MostBytes = 512 * 1024;

    /// <summary>All events, in order.</summary>
    public static IEnumerable<List<JournalEvent>> Of(IEnumerable<JournalEvent> events)
    {
        var (batch, bytes) = (new List<JournalEvent>(), 0);
        foreach (var whole in events)
        {
            var e = whole.Data.Length > MostBytes ? whole.WithoutData() : whole;
            if (batch.Count == Most || (batch.Count > 0 && bytes + e.Data.Length > MostBytes))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            batch.Add(e);
            bytes += e.Data.Length;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
