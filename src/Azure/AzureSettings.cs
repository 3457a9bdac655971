using Azure.Data.Tables;
using Azure.Identity;
using Azure.Messaging.EventHubs;
using Microsoft.Extensions.Configuration;
using OrleansAgents.Lifecycle;

namespace OrleansAgents.Azure;

/// <summary>What the configuration says of Azure: <c>Azure:Storage</c> and <c>Azure:EventHubs</c>. Either may be absent.</summary>
/// <param name="Tables">The storage account's tables; null where there is no account.</param>
/// <param name="Events">The event hub; null where there is none.</param>
internal sealed record AzureSettings(TableServiceClient? Tables, EventHubSettings? Events)
{
    /// <exception cref="InvalidOperationException">A value cannot be used; the sentence names its key, and never the value of a secret.</exception>
    public static AzureSettings Read(IConfiguration configuration)
    {
        var tables = ReadTables(configuration.GetSection("Azure:Storage"));
        var events = EventHubSettings.Read(configuration.GetSection("Azure:EventHubs"));
        return events is null || tables is not null ? new(tables, events) : throw new InvalidOperationException(
            "Azure:EventHubs needs Azure:Storage as well, where it keeps how far each partition was read; give Azure:Storage:ConnectionString or Azure:Storage:ServiceUri.");
    }

    /// <summary>One of two values of a section; none where both are absent.</summary>
    /// <exception cref="InvalidOperationException">Both are there.</exception>
    public static (string? First, string? Second) OneOf(IConfigurationSection section, string first, string second) => (Text(section, first), Text(section, second)) is var given
        && given is { Item1: not null, Item2: not null }
            ? throw new InvalidOperationException($"{section.Path}:{first} and {section.Path}:{second} are both set; give one of them.")
            : given;

    public static string? Text(IConfigurationSection section, string key) => string.IsNullOrWhiteSpace(section[key]) ? null : section[key]!.Trim();

    private static TableServiceClient? ReadTables(IConfigurationSection section)
    {
        var (text, address) = OneOf(section, "ConnectionString", "ServiceUri");
        if (address is not null)
        {
            return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
                ? new(uri, new DefaultAzureCredential())
                : throw new InvalidOperationException($"{section.Path}:ServiceUri is no https address; give that of the account's tables, such as https://account.table.core.windows.net.");
        }

        try
        {
            return text is null ? null : new(text);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new InvalidOperationException($"{section.Path}:ConnectionString is no connection string of a storage account; copy it from the account's access keys.");
        }
    }
}

/// <summary>The event hub that carries the lifecycle streams.</summary>
/// <param name="Connect">Opens a connection to the hub.</param>
/// <param name="Hub">Its name.</param>
/// <param name="ConsumerGroup">One for each cluster, read by nobody else.</param>
/// <param name="CheckpointTable">The Storage table that says how far each partition was read. A hub that was made anew needs a new one.</param>
internal sealed record EventHubSettings(
    Func<EventHubConnectionOptions, EventHubConnection> Connect, string Hub, string ConsumerGroup, string CheckpointTable)
{
    public static EventHubSettings? Read(IConfigurationSection section)
    {
        var (text, host) = AzureSettings.OneOf(section, "ConnectionString", "Namespace");
        if (text is null && host is null)
        {
            return null;
        }

        var hub = AzureSettings.Text(section, "Hub");
        var (connect, named) = text is null ? (OfNamespace(section, host!), null) : OfConnectionString(section, text);
        if (named is not null && hub is not null && named != hub)
        {
            throw new InvalidOperationException($"{section.Path}:Hub is '{hub}', but the connection string is one of the event hub '{named}'; leave Hub out, or take the namespace's connection string.");
        }

        hub ??= named ?? LifecycleStream.Provider;
        return new(
            options => connect(hub, options), hub, AzureSettings.Text(section, "ConsumerGroup") ?? "$Default",
            Table(section, AzureSettings.Text(section, "CheckpointTable") ?? "Checkpoint"));
    }

    private static Func<string, EventHubConnectionOptions, EventHubConnection> OfNamespace(IConfigurationSection section, string host) =>
        Uri.CheckHostName(host) == UriHostNameType.Dns
            ? (hub, options) => new(host, hub, new DefaultAzureCredential(), options)
            : throw new InvalidOperationException($"{section.Path}:Namespace is no host name; give one such as name.servicebus.windows.net.");

    private static (Func<string, EventHubConnectionOptions, EventHubConnection> Connect, string? Hub) OfConnectionString(IConfigurationSection section, string text)
    {
        try
        {
            var named = EventHubsConnectionStringProperties.Parse(text).EventHubName;
            Func<string, EventHubConnectionOptions, EventHubConnection> connect = (hub, options) => new(text, named is null ? hub : null, options);

            // Does not connect yet, but looks at what it would need.
            _ = connect("any", new());
            return (connect, named);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new InvalidOperationException($"{section.Path}:ConnectionString is no connection string of an Event Hubs namespace; copy it from the namespace's access policies.");
        }
    }

    private static string Table(IConfigurationSection section, string name) => name.Length is >= 3 and <= 63 && char.IsAsciiLetter(name[0]) && name.All(char.IsAsciiLetterOrDigit)
        ? name
        : throw new InvalidOperationException($"{section.Path}:CheckpointTable is '{name}'; give 3 to 63 letters and digits, a letter first.");
}
