using Microsoft.Extensions.Hosting;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Azure;
using OrleansAgents.Journal;

namespace OrleansAgents.Silo;

/// <summary>Starts a host; a start that cannot succeed ends in a sentence, not in a stack.</summary>
internal static class Startup
{
    public static async Task<int> RunOrExplainAsync(Func<IHost> build, string cannot)
    {
        try
        {
            var host = build();
            await AzureHosting.CheckAsync(host.Services);
            await host.RunAsync();
            return 0;
        }
        catch (Exception e) when (Explain(e) is not null)
        {
            await Console.Error.WriteLineAsync($"{cannot} {Explain(e)}");
            return 1;
        }
    }

    /// <summary>The sentence of a cause that the user can mend; null for a fault of ours, which keeps its stack.</summary>
    private static string? Explain(Exception e) => e switch
    {
        StorageUnusableException or InvalidSettingException or InvalidOperationException => e.Message,
        IOException when e.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase) =>
            $"{e.Message} Stop the other program, or set ASPNETCORE_URLS to another address.",
        AggregateException { InnerExceptions: [var inner] } => Explain(inner),
        _ => null,
    };
}
