using System.Globalization;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Primitives;
using Azure.Messaging.EventHubs.Producer;

namespace OrleansAgents.EventHubsServer.Tests;

/// <summary>Sends numbers and reads them again.</summary>
internal static class Traffic
{
    public static async Task SendAsync(this EventHubProducerClient producer, string partition, params int[] numbers) =>
        await producer.SendAsync(Events(numbers), new SendEventOptions { PartitionId = partition }).WaitAsync(Clients.Patience);

    /// <summary>Each number as a message of its own.</summary>
    public static async Task SendOneByOneAsync(this EventHubProducerClient producer, string partition, params int[] numbers)
    {
        foreach (var number in numbers)
        {
            await producer.SendAsync(partition, number);
        }
    }

    public static IEnumerable<EventData> Events(params int[] numbers) => numbers.Select(n => new EventData(n.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Reads until <paramref name="count"/> events have come.</summary>
    public static async Task<IReadOnlyList<EventData>> ReadAsync(this PartitionReceiver receiver, int count)
    {
        using var patience = new CancellationTokenSource(Clients.Patience);
        var read = new List<EventData>();
        try
        {
            while (read.Count < count)
            {
                read.AddRange(await receiver.ReceiveBatchAsync(count - read.Count, TimeSpan.FromSeconds(5), patience.Token));
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException($"Waited {Clients.Patience.TotalSeconds} s for {count} events; came: {string.Join(", ", read.Select(Number))}.");
        }

        return read;
    }

    public static async Task<IReadOnlyList<int>> NumbersAsync(this PartitionReceiver receiver, int count) => [.. (await receiver.ReadAsync(count)).Select(Number)];

    public static int[] Numbers(this EventHubServer hub, string partition) =>
        [.. hub.Events(partition).Select(e => int.Parse(System.Text.Encoding.UTF8.GetString(e.Body.Span), CultureInfo.InvariantCulture))];

    public static int Number(EventData data) => int.Parse(data.EventBody.ToString(), CultureInfo.InvariantCulture);
}
