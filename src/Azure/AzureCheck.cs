using System.Net.Sockets;
using Azure;
using Azure.Identity;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Azure.Messaging.EventHubs.Producer;
using Microsoft.Extensions.Hosting;

namespace OrleansAgents.Azure;

/// <summary>Asks storage and event hub once before Orleans starts, which would tell of a wrong key by a stack. Programs of ours ask before the host starts, which would log a stack too.</summary>
/// <param name="azure">What is asked.</param>
/// <param name="readsHub">Whether this process reads the hub's partitions, as silos do.</param>
internal sealed class AzureCheck(AzureSettings azure, bool readsHub) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly EventHubsRetryOptions Once = new() { MaximumRetries = 1, TryTimeout = TimeSpan.FromSeconds(10) };
    private bool _isPassed;

    /// <exception cref="InvalidOperationException">One of them does not answer, or refuses.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_isPassed)
        {
            return;
        }

        await AskAsync("Azure:Storage", AskTablesAsync, cancellationToken);
        if (azure.Events is { } events)
        {
            await AskAsync("Azure:EventHubs", stop => AskHubAsync(events, stop), cancellationToken);
        }

        _isPassed = true;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task AskTablesAsync(CancellationToken cancellation)
    {
        await foreach (var _ in azure.Tables!.QueryAsync(maxPerPage: 1, cancellationToken: cancellation))
        {
            return;
        }
    }

    private async Task AskHubAsync(EventHubSettings events, CancellationToken cancellation)
    {
        await using var connection = events.Connect(new());
        await using var client = new EventHubProducerClient(connection, new EventHubProducerClientOptions { RetryOptions = Once });
        var partitions = await client.GetPartitionIdsAsync(cancellation);
        if (readsHub)
        {
            await using var receiver = new PartitionReceiver(
                events.ConsumerGroup, partitions[0], EventPosition.Latest, connection, new PartitionReceiverOptions { RetryOptions = Once });
            _ = await receiver.ReceiveBatchAsync(1, TimeSpan.FromMilliseconds(100), cancellation);
        }
    }

    private async Task AskAsync(string section, Func<CancellationToken, Task> ask, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await ask(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{section} does not answer within {Patience.TotalSeconds} s: do its firewall and network let this machine in?");
        }
        catch (Exception e) when (Explain(section, e) is { } sentence)
        {
            throw new InvalidOperationException(sentence);
        }
    }

    private string? Explain(string section, Exception e) => e switch
    {
        RequestFailedException { Status: 401 or 403 } refused => $"{section} refuses the key or the identity (HTTP {refused.Status}, {refused.ErrorCode}).",
        RequestFailedException { Status: > 0 } answer => $"{section} answers with HTTP {answer.Status} ({answer.ErrorCode}): is it the address of a storage account's tables?",
        UnauthorizedAccessException => $"{section} refuses the key or the identity.",
        EventHubsException { Reason: EventHubsException.FailureReason.ResourceNotFound } => $"{section} has no event hub '{azure.Events!.Hub}', or no consumer group '{azure.Events.ConsumerGroup}' of it.",
        EventHubsException hub => $"{section} does not answer: {Innermost(hub)}",
        AuthenticationFailedException or CredentialUnavailableException => $"{section} needs an identity of this process, and Microsoft Entra ID gives none: {FirstLine(e)}",
        RequestFailedException or AggregateException or SocketException or TimeoutException => $"{section} does not answer: {Innermost(e)}",
        _ => null,
    };

    private static string Innermost(Exception e) => FirstLine(e.GetBaseException() is AggregateException { InnerExceptions: [.., var last] } ? last.GetBaseException() : e.GetBaseException());

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0].Trim();
}
