using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;

namespace OrleansAgents.EventHubsServer.Tests;

public sealed class RefusalTests : IAsyncDisposable
{
    private readonly EventHubServer _hub = EventHubServer.Start(Clients.Hub);
    private readonly Clients _clients;

    public RefusalTests() => _clients = new(_hub);

    public async ValueTask DisposeAsync()
    {
        await _clients.DisposeAsync();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task A_producer_without_rights_is_told_so_and_passes_later()
    {
        var producer = _clients.Producer();
        _hub.Faults = Faults.None with { RefuseSenders = Refusal.Unauthorized };

        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => producer.SendAsync("0", 1));

        _hub.Faults = Faults.None;
        await producer.SendAsync("0", 2);
        Assert.Equal([2], _hub.Numbers("0"));
    }

    [Fact]
    public async Task A_consumer_that_is_refused_is_told_so_and_reads_later()
    {
        await _clients.Producer().SendAsync("0", 1);
        var receiver = _clients.Receiver("0", EventPosition.Earliest);
        _hub.Faults = Faults.None with { RefuseReceivers = Refusal.InternalError };

        var e = await Assert.ThrowsAsync<EventHubsException>(() => receiver.ReadAsync(1));

        Assert.Equal(EventHubsException.FailureReason.ServiceCommunicationProblem, e.Reason);
        _hub.Faults = Faults.None;
        Assert.Equal([1], await receiver.NumbersAsync(1));
    }

    [Fact]
    public async Task A_busy_hub_rejects_what_an_open_link_sends_and_stores_nothing()
    {
        var producer = _clients.Producer();
        await producer.SendAsync("0", 1);
        _hub.Faults = Faults.None with { RefuseSends = Refusal.ServerBusy };

        var e = await Assert.ThrowsAsync<EventHubsException>(() => producer.SendAsync("0", 2));

        Assert.Equal(EventHubsException.FailureReason.ServiceBusy, e.Reason);
        _hub.Faults = Faults.None;
        await producer.SendAsync("0", 3);
        Assert.Equal([1, 3], _hub.Numbers("0"));
    }

    [Fact]
    public async Task A_producer_that_retries_passes_when_the_refusal_ends()
    {
        _hub.Faults = Faults.None with { RefuseSends = Refusal.InternalError };
        var sending = _clients.Producer(retries: true).SendAsync("0", 1);
        await _hub.UntilAsync(h => h.Links(LinkKinds.Senders) == 1, "the producer");
        Assert.False(sending.IsCompleted);

        _hub.Faults = Faults.None;
        await sending;

        Assert.Equal([1], _hub.Numbers("0"));
    }

    [Fact]
    public async Task Another_hub_is_not_found()
    {
        await using var clients = new Clients(_hub.ConnectionString, "invoices");

        foreach (var attempt in new Func<Task>[]
        {
            () => clients.Producer().SendAsync("0", 1),
            () => clients.Receiver("0", EventPosition.Earliest).ReadAsync(1),
            () => clients.Consumer().GetPartitionIdsAsync(),
        })
        {
            Assert.Equal(EventHubsException.FailureReason.ResourceNotFound, (await Assert.ThrowsAsync<EventHubsException>(attempt)).Reason);
        }
    }

    [Fact]
    public async Task Another_partition_is_out_of_range()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _clients.Producer().SendAsync("4", 1));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _clients.Receiver("4", EventPosition.Earliest).ReadAsync(1));
    }

    [Fact]
    public async Task A_key_that_was_changed_is_refused_until_it_is_changed_back()
    {
        var (open, late) = (_clients.Producer(), _clients.Producer());
        await open.SendAsync("0", 1);
        var key = _hub.Key;
        _hub.Key = "another";

        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => late.SendAsync("0", 2));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => _clients.Receiver("0", EventPosition.Earliest).ReadAsync(1));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => _clients.Consumer().GetPartitionIdsAsync());
        await open.SendAsync("0", 3);

        _hub.Key = key;
        await late.SendAsync("0", 4);
        Assert.Equal([1, 3, 4], _hub.Numbers("0"));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(-1, false)]
    public async Task A_signature_counts_until_it_expires(int hours, bool counts)
    {
        await using var clients = new Clients(
            $"Endpoint=sb://127.0.0.1:{_hub.Port};SharedAccessSignature={Signature(DateTimeOffset.UtcNow.AddHours(hours))};UseDevelopmentEmulator=true;");

        var sending = clients.Producer().SendAsync("0", 1);

        if (counts)
        {
            await sending;
        }
        else
        {
            await Assert.ThrowsAsync<UnauthorizedAccessException>(() => sending);
        }
    }

    private string Signature(DateTimeOffset end)
    {
        var (uri, expiry) = (WebUtility.UrlEncode($"amqp://127.0.0.1/{Clients.Hub}"), end.ToUnixTimeSeconds());
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(_hub.Key), Encoding.UTF8.GetBytes($"{uri}\n{expiry}")));
        return $"SharedAccessSignature sr={uri}&sig={WebUtility.UrlEncode(signature)}&se={expiry}&skn=RootManageSharedAccessKey";
    }
}
