using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;

namespace OrleansAgents.Silo.Store;

/// <summary>The commands <c>backup</c>, <c>restore</c> and <c>verify</c>: what an operator does with the configured store as a whole.</summary>
internal static class StoreCommands
{
    private const string Usage = "Use: backup <file> | restore <file> | verify [file], and --Storage:ConnectionString <store> for another store than the configured one.";

    /// <summary>Whether the program was started for one of them.</summary>
    public static bool IsAsked(IReadOnlyList<string> args) => args is ["backup" or "restore" or "verify", ..];

    /// <summary>Does it; what cannot be done is said in a sentence.</summary>
    /// <returns>The program's exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        var file = args.Count > 1 && !args[1].StartsWith("--", StringComparison.Ordinal) ? Path.GetFullPath(args[1]) : null;
        if (file is null && args[0] != "verify")
        {
            await error.WriteLineAsync($"Name the file. {Usage}");
            return 1;
        }

        try
        {
            // Settings lie beside the program, as when it serves.
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
            {
                Args = [.. args.Skip(file is null ? 1 : 2)],
                ContentRootPath = AppContext.BaseDirectory,
            });
            var store = SiloSetup.JournalPath(builder.Configuration);
            switch (args[0])
            {
                case "backup":
                    StoreCopy.Write(store, file!, progress: Tenths(output));
                    await output.WriteLineAsync($"{store} is backed up to {file} as it was when this began. Try it with: verify {file}");
                    return 0;
                case "restore":
                    StoreRestore.Run(file!, store, TimeProvider.System.GetUtcNow(), Tenths(output));
                    await output.WriteLineAsync(
                        $"{file} is restored to {store}. At the next start its unfinished runs are paused with the reason 'restored'; each goes on with /resume.");
                    return 0;
                default:
                    return await StoreCheck.RunAsync(file ?? store, output);
            }
        }
        catch (Exception e) when (e is StorageUnusableException or SqliteException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            await error.WriteLineAsync($"{args[0]} failed. {e.Message}");
            return 1;
        }
    }

    /// <summary>A line for each tenth.</summary>
    private static Action<int> Tenths(TextWriter output)
    {
        var told = 0;
        return percent =>
        {
            if (percent / 10 > told)
            {
                told = percent / 10;
                output.WriteLine($"{percent} % copied");
            }
        };
    }
}
