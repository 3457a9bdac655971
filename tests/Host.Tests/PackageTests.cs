using System.Diagnostics;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Host.Tests;

/// <summary>The packages as somebody else uses them: a project in a folder of its own, fed from a folder.</summary>
public sealed class PackageTests : IDisposable
{
    private const string Program = """
        var builder = WebApplication.CreateBuilder(args);
        builder.AddAgents().AddAgent("scribe", a => a.Instructions("Write down what you are told.").Tool(Scribe.Write, t => t.Idempotent()));
        var app = builder.Build();
        app.MapAgents();
        app.Run();

        /// <summary>What it can do.</summary>
        public static class Scribe
        {
            /// <summary>Writes a line down.</summary>
            /// <param name="line">What to write.</param>
            public static string Write(string line, OrleansAgents.ToolCall call, IConfiguration configuration)
            {
                File.AppendAllText(configuration["Book"]!, $"{line} {call.Attempt}\n");
                return "written";
            }
        }
        """;

    private const string Test = """
        using OrleansAgents.Events;
        using OrleansAgents.Testing;
        using Xunit;

        /// <summary>As docs/testing.md shows it.</summary>
        public class ScribeTests
        {
            [Fact]
            public async Task A_line_is_written_once_though_the_process_dies_with_the_result()
            {
                var book = new List<string>();
                await using var agents = await TestAgents.StartAsync(a => a.AddAgent("scribe", s => s.Tool(
                    (string line, OrleansAgents.ToolCall call) => book.Add($"{line} {call.Attempt}"), t => t.Name("write"))));
                agents.Model.Calls("write", new { line = "hello" }).Says("It is written.");
                agents.CrashBefore<ToolCompleted>();

                var run = await agents.RunAsync("scribe", "Write hello.");
                Assert.Equal("write", (await run.UntilWaiting()).Run.Pending.Single().Tool);
                await run.ResolveAsync(CallDecision.Skip, result: "written");

                (await run.UntilEnded()).Completed("It is written.");
                Assert.Equal(["hello 1"], book);
            }
        }
        """;

    private static readonly string[] Parts =
        ["src/Grains.Abstractions", "src/Client", "src/Core", "src/Journal", "src/Agents", "src/Demo", "src/Grains", "src/Storage.Sqlite", "src/Azure", "samples/Docs", "src/Silo"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly TempFolder _folder = new();
    private readonly string _version = $"0.1.0-test.{Guid.NewGuid():n}";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_fresh_project_consumes_the_packages_and_its_run_survives_kill_9()
    {
        await PackAsync([.. Parts, "src/Gateway", "src/OrleansAgents"]);

        AssertWhole("OrleansAgents", "README.md", "LICENSE", "lib/net10.0/OrleansAgents.xml");
        AssertWhole("OrleansAgents.Grains", "README.md", "LICENSE", "lib/net10.0/OrleansAgents.Grains.xml");
        AssertWhole("OrleansAgents.Azure", "README.md", "LICENSE", "lib/net10.0/OrleansAgents.Azure.xml");
        AssertWhole("OrleansAgents.Abstractions", "README.md", "LICENSE", "lib/net10.0/OrleansAgents.Grains.Abstractions.xml");
        Assert.InRange(Program.Split('\n').Length, 10, 30);
        var dll = await BuildAsync("Scribe", Program, "Microsoft.NET.Sdk.Web", $"""<PackageReference Include="OrleansAgents" Version="{_version}" />""");

        var asked = new Hold();
        await using var model = await ModelServer.StartAsync(request => request.Turn == 0
            ? new Reply().Call("write", """{"line": "hello"}""").Finish("tool_calls")
            : new Reply().Text("It is ").Wait(asked.PassAsync()).Text("written.").Finish("stop"));
        await using var service = await ServiceProgram.ProgramAsync(dll, _folder.File("agents.db"), new Dictionary<string, string>
        {
            ["Book"] = _folder.File("book"),
            ["Models__default__Provider"] = "openai",
            ["Models__default__Endpoint"] = model.Endpoint.ToString(),
            ["Models__default__Model"] = "scripted",
            ["Models__default__ApiKey"] = "key",
        });
        using var started = await service.Client.PostAsJsonAsync("/v1/runs", new { agent = "scribe", input = "Write hello." });
        var run = $"/v1/runs/{(await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()}";
        await asked.ReachedAsync("the second question to the model");

        await service.KillAndStartAgainAsync();
        asked.Open();
        using (var stream = await SseReader.OpenAsync(service.Client, $"{run}/events"))
        {
            while (await stream.NextAsync() is not null)
            {
            }
        }

        var view = await service.Client.GetFromJsonAsync<JsonElement>(run);
        Assert.Equal(("completed", "It is written."), (view.GetProperty("status").GetString(), view.GetProperty("output").GetString()));
        Assert.Equal("hello 1\n", await File.ReadAllTextAsync(_folder.File("book")));
        Assert.Equal("Writes a line down.", model.Received[0].Body.GetProperty("tools")[0].GetProperty("function").GetProperty("description").GetString());
        Assert.Contains("<div id=\"root\">", await service.Client.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fresh_test_project_consumes_the_test_kit_and_its_test_passes()
    {
        await PackAsync([.. Parts, "src/Testing"]);
        AssertWhole("OrleansAgents.Testing", "README.md", "LICENSE", "lib/net10.0/OrleansAgents.Testing.xml");
        var dll = await BuildAsync("Tests", Test, "Microsoft.NET.Sdk", $"""
            <PackageReference Include="OrleansAgents.Testing" Version="{_version}" />
            <PackageReference Include="xunit.v3" Version="{typeof(FactAttribute).Assembly.GetName().Version!.ToString(3)}" />
            """);

        var (code, said) = await DotnetAsync(_folder.Path, dll);

        Assert.True(code == 0, said);
        Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_page_nothing_is_built_or_packed()
    {
        var (code, said) = await DotnetAsync(Repository.Root, "build", "src/Gateway", "--no-restore", "--no-dependencies", "-p:PageFolder=nowhere");

        Assert.NotEqual(0, code);
        Assert.Contains("The page is missing: nowhere/index.html", said, StringComparison.Ordinal);
    }

    private async Task PackAsync(params string[] projects)
    {
        foreach (var project in projects)
        {
            var (code, said) = await DotnetAsync(
                Repository.Root, "pack", project, "--no-build", "-c", Repository.Configuration, "-o", _folder.File("feed"), $"-p:PackageVersion={_version}");
            Assert.True(code == 0, said);
        }
    }

    private void AssertWhole(string package, params string[] files)
    {
        using var zip = ZipFile.OpenRead(Path.Combine(_folder.File("feed"), $"{package}.{_version}.nupkg"));
        Assert.Empty(files.Except(zip.Entries.Select(e => e.FullName)));
    }

    /// <summary>Makes the project and gives the program's path.</summary>
    private async Task<string> BuildAsync(string name, string code, string sdk, string packages)
    {
        var project = Directory.CreateDirectory(_folder.File(name)).FullName;
        var known = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await File.WriteAllTextAsync(Path.Combine(project, "Program.cs"), code);
        await File.WriteAllTextAsync(Path.Combine(project, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="folder" value="{_folder.File("feed")}" /></packageSources>
              <fallbackPackageFolders><add key="known" value="{known}" /></fallbackPackageFolders>
            </configuration>
            """);
        await File.WriteAllTextAsync(Path.Combine(project, $"{name}.csproj"), $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <GenerateDocumentationFile>true</GenerateDocumentationFile>
              </PropertyGroup>
              <ItemGroup>{packages}</ItemGroup>
            </Project>
            """);
        var (exit, said) = await DotnetAsync(project, "build", "-o", _folder.File("out"));
        Assert.True(exit == 0, said);
        return Path.Combine(_folder.File("out"), $"{name}.dll");
    }

    private async Task<(int Code, string Said)> DotnetAsync(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        // Nothing of an earlier build is taken, and nothing of this one is left.
        if (directory != Repository.Root)
        {
            start.Environment["NUGET_PACKAGES"] = _folder.File("packages");
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"Waited {Patience.TotalMinutes} minutes for dotnet {string.Join(' ', arguments)}.");
        }

        return (process.ExitCode, await said);
    }
}
