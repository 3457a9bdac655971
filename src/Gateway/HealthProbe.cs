using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway;

/// <summary>The command <c>health</c>: asks the service beside it whether it is ready, for orchestrators whose images have no other client.</summary>
public static class HealthProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Whether the program was started for this alone.</summary>
    public static bool IsAsked(IReadOnlyList<string> args) => args is ["health"];

    /// <summary>Asks at the address that the environment gives to the service.</summary>
    /// <returns>0 when it is ready, also when it is degraded; 1 when it is not or does not answer.</returns>
    public static async Task<int> RunAsync(TextWriter output, TextWriter error)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_").Build();
        var address = ListenAddresses.Configured(configuration).Select(a => a.Address).FirstOrDefault(ListenAddresses.Default);
        var port = new Uri(address.Replace("//+", "//localhost").Replace("//*", "//localhost")).Port;
        try
        {
            using var client = new HttpClient { Timeout = Patience };
            using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready"));
            await output.WriteLineAsync(answer.IsSuccessStatusCode ? "ok" : $"{(int)answer.StatusCode}");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await error.WriteLineAsync($"Nothing answers at port {port}: {e.Message}");
            return 1;
        }
    }
}
