using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansAgents.Azure;
using OrleansAgents.Grains.Telemetry;
using OrleansAgents.Journal;
using OrleansAgents.Journal.Search;
using OrleansAgents.Storage.Sqlite;

namespace OrleansAgents.Silo;

/// <summary>A silo with a journal file, alone in its process or inside another program: on loopback, or in a cluster on Azure where that is configured.</summary>
internal static partial class SiloSetup
{
    public const int DefaultSiloPort = 11111;
    public const int DefaultGatewayPort = 30000;

    /// <summary>A silo that gateways in other processes reach at <c>Orleans:Endpoints:GatewayPort</c> (30000).</summary>
    public static AgentsBuilder AddSilo(this IHostApplicationBuilder builder) => Add(
        builder, Port(builder.Configuration, "Orleans:Endpoints:SiloPort") ?? DefaultSiloPort, GatewayPort(builder.Configuration, DefaultGatewayPort));

    /// <summary>A silo beside a gateway in one process, on free ports; others reach it only where a gateway port is set. In a cluster it has Orleans' own ports (11111 and 30000), or those that are configured.</summary>
    public static AgentsBuilder AddEmbeddedSilo(this IHostApplicationBuilder builder) => Add(
        builder, Port(builder.Configuration, "Orleans:Endpoints:SiloPort") ?? Ports.Free(), GatewayPort(builder.Configuration, 0));

    /// <summary>Absolute path of the journal file.</summary>
    public static string JournalPath(IConfiguration configuration)
    {
        var provider = configuration["Storage:Provider"] ?? "sqlite";
        return provider == "sqlite"
            ? Path.GetFullPath(configuration["Storage:ConnectionString"] ?? Path.Combine("data", "agents.db"))
            : throw new InvalidOperationException($"Storage:Provider is '{provider}'; use sqlite (postgres and azure arrive later).");
    }

    public static int GatewayPort(IConfiguration configuration, int otherwise) => Port(configuration, "Orleans:Endpoints:GatewayPort") ?? otherwise;

    /// <summary>The file is opened, and held, when the host starts.</summary>
    private static AgentsBuilder Add(IHostApplicationBuilder builder, int siloPort, int gatewayPort)
    {
        builder.UseOrleans(silo => silo.UseAzure().UseLoopbackByDefault(siloPort, gatewayPort).TuneForRuns());
        builder.Services.AddRuns(builder.Configuration);
        builder.Services.AddJournal(s => Open(JournalPath(builder.Configuration), s.GetRequiredService<ILogger<SqliteJournal>>()));
        builder.Services.AddSingleton(s => IndexOf(JournalPath(builder.Configuration), s.GetRequiredService<IJournal>().Generation, s.GetRequiredService<ILogger<SqliteThreadIndex>>())!);
        return new(builder.Services);
    }

    /// <summary>Null where the folder cannot be written: the service goes on without a search.</summary>
    private static IThreadIndex? IndexOf(string path, long generation, ILogger log)
    {
        try
        {
            return SqliteThreadIndex.Open(path, generation);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            NotSearchable(log, SqliteThreadIndex.PathOf(path), e.Message);
            return null;
        }
    }

    private static SqliteJournal Open(string path, ILogger log)
    {
        var journal = new SqliteJournal(path, damaged: found => Damaged(log, path, found));
        if (journal.Kept is { } kept)
        {
            Migrated(log, path, kept);
        }

        return journal;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} was written by an earlier build and is brought up to date; that build reads the copy {Kept}. Delete the copy when you will not go back.")]
    private static partial void Migrated(ILogger log, string path, string kept);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Threads cannot be searched: {Path} cannot be written: {Reason}")]
    private static partial void NotSearchable(ILogger log, string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} is damaged: {Finding} Nothing wrong is served; what can be read is. Copy the file away before anything else.")]
    private static partial void Damaged(ILogger log, string path, string finding);

    private static int? Port(IConfiguration configuration, string key) => configuration[key] is not { } text ? null
        : int.TryParse(text, out var port) && port is > 0 and < 65536 ? port
        : throw new InvalidOperationException($"{key} is '{text}'; give a port from 1 to 65535.");
}
