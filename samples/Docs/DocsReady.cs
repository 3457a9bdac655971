using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansAgents.Samples.Docs;

/// <summary>Logs at the start how many documents there are. A wrong <c>Workspace:Path</c> stops the start here.</summary>
internal sealed partial class DocsReady(DocumentLibrary library, ILogger<DocsReady> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Ready(log, library.Count);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "The agent docs answers from {Documents} documents.")]
    private static partial void Ready(ILogger log, int documents);
}
