using System.Net.Sockets;
using Azure;
using Azure.Identity;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Producer;
using Microsoft.Extensions.Hosting;

namespace OrleansAgents.Azure;

/// <summary>Asks storage and event hub once before Orleans starts, which would tell of a wrong key by a stack. Programs of ours ask before the host starts, which would log a stack too.</summary>
internal sealed class AzureCheck(AzureSettings azure) : IHostedService
{
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

    private static async Task AskHubAsync(EventHubSettings events, CancellationToken cancellation)
    {
        await using var connection = events.Connect(new());
        await using var client = new EventHubProducerClient(connection, new EventHubProducerClientOptions { RetryOptions = Once });
        _ = await client.GetEventHubPropertiesAsync(cancellation);
    }

    private async Task AskAsync(string section, Func<CancellationToken, Task> ask, CancellationToken cancellation)
    {
        try
        {
            await ask(cancellation);
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
