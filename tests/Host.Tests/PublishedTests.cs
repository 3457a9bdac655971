using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using OrleansAgents.Silo;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Host.Tests;

/// <summary>Both hosts from their published output, reached from beyond this machine: closed without sign-in, open to whoever has a key.</summary>
public sealed class PublishedTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Standalone", "Standalone.dll")]
    [InlineData("Gateway", "OrleansAgents.Gateway.dll")]
    public async Task On_every_address_it_refuses_to_start_without_sign_in_and_works_with_a_key(string project, string name)
    {
        var dll = Path.Combine(await PublishAsync(project), name);
        var everywhere = new Dictionary<string, string> { ["ASPNETCORE_URLS"] = "http://0.0.0.0:0", ["Models__default__Pace"] = "0" };
        var (code, said) = await RunAsync("dotnet", [dll], everywhere);
        Assert.Equal(1, code);
        Assert.Contains("Auth", said);

        var (key, settings) = await KeyAsync(dll);
        (ServiceProgram? silo, var port) = project == "Gateway" ? await SiloAsync() : (null, 0);
        await using (silo)
        {
            var (place, value) = silo is null ? ("Storage__ConnectionString", _folder.File("agents.db")) : ("Orleans__Endpoints__GatewayPort", $"{port}");
            await using var host = await ServiceProgram.PublishedAsync(dll, new Dictionary<string, string>(everywhere.Concat(settings)) { [place] = value });
            using var beyond = new HttpClient { BaseAddress = new($"http://{OwnAddress()}:{host.Client.BaseAddress!.Port}") };
            await AssertClosedAsync(beyond);
            await AssertWorksAsync(beyond, key);
            await AssertHealthyAsync(dll, host.Client.BaseAddress);
        }
    }

    [Theory]
    [InlineData("Standalone"), InlineData("Gateway"), InlineData("Silo")]
    public async Task What_is_published_holds_the_program_and_nothing_of_ours_to_hide(string project)
    {
        var folder = await PublishAsync(project);
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).ToList();

        var others = files.Where(f => Path.GetExtension(f) is not (".dll" or ".pdb" or ".so" or ".dylib" or ".a" or ".xml")).Order().ToList();
        var program = project == "Standalone" ? project : $"OrleansAgents.{project}";
        string[] programs = project == "Standalone" ? [program, "OrleansAgents.Silo", "OrleansAgents.Gateway"] : [program];
        Assert.Empty(others.Except(programs.SelectMany(p => new[] { p, $"{p}.deps.json", $"{p}.runtimeconfig.json" }))
            .Except(["appsettings.json", "web.config", $"{program}.staticwebassets.endpoints.json"]));
        var settings = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "appsettings.json"))).RootElement;
        Assert.Equal(["Logging"], settings.EnumerateObject().Select(p => p.Name));
    }

    [Theory]
    [InlineData("Standalone", "orleans-agents/standalone", "mcr.microsoft.com/dotnet/aspnet:10.0", true)]
    [InlineData("Gateway", "orleans-agents/gateway", "mcr.microsoft.com/dotnet/aspnet:10.0", true)]
    [InlineData("Silo", "orleans-agents/silo", "mcr.microsoft.com/dotnet/runtime:10.0", false)]
    public async Task The_image_s_description_is_of_a_user_without_rights_and_says_where_it_listens(string project, string repository, string baseImage, bool listens)
    {
        var (code, said) = await RunAsync(
            "dotnet", ["msbuild", Source(project), "-t:ComputeContainerConfig", "-getProperty:ContainerRepository,ContainerUser,ContainerBaseImage,EnableSdkContainerSupport", "-getItem:ContainerPort,ContainerEnvironmentVariable"], []);

        Assert.True(code == 0, said);
        var evaluated = JsonDocument.Parse(said).RootElement;
        string Property(string name) => evaluated.GetProperty("Properties").GetProperty(name).GetString()!;
        List<(string, string)> Items(string name, string value) => [.. evaluated.GetProperty("Items").GetProperty(name).EnumerateArray()
            .Select(i => (i.GetProperty("Identity").GetString()!, i.GetProperty(value).GetString()!))];
        Assert.Equal((repository, baseImage, "app", "true"), (Property("ContainerRepository"), Property("ContainerBaseImage"), Property("ContainerUser"), Property("EnableSdkContainerSupport")));
        Assert.Equal(listens ? new[] { ("8080", "tcp") } : [], Items("ContainerPort", "Type"));
        var environment = Items("ContainerEnvironmentVariable", "Value");
        Assert.Equal(listens, environment.Contains(("ASPNETCORE_URLS", "http://+:8080")));
        Assert.Equal(project != "Gateway", environment.Contains(("Storage__ConnectionString", "/data/agents.db")));
    }

    /// <summary>As an orchestrator asks it, inside.</summary>
    private static async Task AssertHealthyAsync(string dll, Uri address)
    {
        var (code, said) = await RunAsync("dotnet", [dll, "health"], new() { ["ASPNETCORE_URLS"] = $"http://+:{address.Port}" });
        Assert.Equal((0, "ok"), (code, said.Trim()));
        Assert.Equal(1, (await RunAsync("dotnet", [dll, "health"], new() { ["ASPNETCORE_URLS"] = $"http://+:{Ports.Free()}" })).Code);
    }

    private static async Task AssertClosedAsync(HttpClient beyond)
    {
        Assert.Equal(HttpStatusCode.OK, (await beyond.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await beyond.GetAsync("/v1/runs")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await beyond.PostAsJsonAsync("/v1/runs", new { agent = "docs", input = "hello" })).StatusCode);
    }

    private static async Task AssertWorksAsync(HttpClient beyond, string key)
    {
        beyond.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        beyond.DefaultRequestHeaders.Add("Prefer", "wait=30");
        using var answer = await beyond.PostAsJsonAsync("/v1/runs", new { agent = "docs", input = "What is a step?" });
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
        Assert.Equal("completed", JsonDocument.Parse(body).RootElement.GetProperty("status").GetString());
    }

    private async Task<(ServiceProgram? Silo, int Port)> SiloAsync()
    {
        var port = Ports.Free();
        return (await ServiceProgram.PublishedAsync(Path.Combine(await PublishAsync("Silo"), "OrleansAgents.Silo.dll"), new Dictionary<string, string>
        {
            ["Storage__ConnectionString"] = _folder.File("agents.db"),
            ["Orleans__Endpoints__SiloPort"] = $"{Ports.Free()}",
            ["Orleans__Endpoints__GatewayPort"] = $"{port}",
            ["Models__default__Pace"] = "0",
        }), port);
    }

    /// <summary>As the published program makes it: the key, and the settings that know it.</summary>
    private static async Task<(string Key, Dictionary<string, string> Settings)> KeyAsync(string dll)
    {
        var (code, said) = await RunAsync("dotnet", [dll, "new-key", "--user", "alice", "--roles", "start,view"], []);
        Assert.True(code == 0, said);
        var lines = said.Split('\n', StringSplitOptions.TrimEntries);
        return (lines[2], lines.Where(l => l.StartsWith("Auth__", StringComparison.Ordinal)).Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => p[1]));
    }

    private async Task<string> PublishAsync(string project)
    {
        var folder = _folder.File($"published-{project}");
        var (code, said) = await RunAsync("dotnet", ["publish", Source(project), "-c", Repository.Configuration, "--no-restore", "-v", "q", "-o", folder], []);
        Assert.True(code == 0, said);
        return folder;
    }

    private static string Source(string project) => Path.Combine(Repository.Root, "src", project, $"{project}.csproj");

    private static async Task<(int Code, string Said)> RunAsync(string program, string[] arguments, Dictionary<string, string> settings)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"Waited {Patience.TotalMinutes} minutes for {string.Join(' ', arguments)} to end.");
        }

        return (process.ExitCode, string.Concat(await said));
    }

    /// <summary>An address of this machine that is not its loopback; that too where there is no other.</summary>
    private static IPAddress OwnAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(n => n.OperationalStatus == OperationalStatus.Up && n.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(n => n.GetIPProperties().UnicastAddresses).Select(a => a.Address)
        .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? IPAddress.Loopback;
}
