using Azure.Data.Tables;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace OrleansAgents.Azure;

/// <summary>What Orleans' own configuration refers to: <c>Orleans:…:ServiceKey</c> names a storage account by its connection string, as an Aspire app host writes it.</summary>
internal static class OrleansResources
{
    /// <summary>Registers the tables of each account that Orleans' configuration names by <c>ServiceKey</c>, from <c>ConnectionStrings:{key}</c>. What the program has registered under that key stays.</summary>
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        foreach (var key in configuration.GetSection("Orleans").AsEnumerable().Where(e => e.Key.EndsWith(":ServiceKey", StringComparison.OrdinalIgnoreCase)).Select(e => e.Value).Distinct())
        {
            if (key is not null && configuration.GetConnectionString(key) is { } text)
            {
                services.TryAddKeyedSingleton(key, (_, _) => Tables(key, text));
            }
        }
    }

    private static TableServiceClient Tables(string key, string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
        ? new(uri, new DefaultAzureCredential())
        : Of(key, text);

    private static TableServiceClient Of(string key, string text)
    {
        try
        {
            return new(text);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new InvalidOperationException($"ConnectionStrings:{key} is neither a connection string of a storage account nor the https address of its tables.");
        }
    }
}
