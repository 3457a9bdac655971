using System.Runtime.CompilerServices;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Reference;
using OrleansAgents.Gateway.Tests.Doubles;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Http;

public sealed class OpenApiTests
{
    /// <summary>Set to 1 to write the file anew after an intended change.</summary>
    private const string Update = "UPDATE_OPENAPI";

    [Fact]
    public async Task The_description_is_the_one_that_was_agreed_on()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        var now = await gateway.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken);
        var file = Path.Combine(Path.GetDirectoryName(Here())!, "..", "openapi.json");
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            await File.WriteAllTextAsync(file, now.ReplaceLineEndings("\n").TrimEnd() + "\n", TestContext.Current.CancellationToken);
        }

        var agreed = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(agreed.ReplaceLineEndings("\n").TrimEnd(), now.ReplaceLineEndings("\n").TrimEnd());
    }

    [Fact]
    public async Task Events_are_a_union_told_apart_by_type()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        var (_, document) = await gateway.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        var union = document.GetProperty("components").GetProperty("schemas").GetProperty("RunEvent");
        Assert.Equal("type", union.GetProperty("discriminator").GetProperty("propertyName").GetString());
        var names = union.GetProperty("discriminator").GetProperty("mapping").EnumerateObject().Select(m => m.Name);
        var shown = EventCodec.Types.Where(t => EventSchemas.IsShown(t.Type)).Select(t => t.Name).Append(ModelDelta.Name).ToList();
        Assert.Equal(shown.Order(), names.Order());
        Assert.Equal(shown.Count, union.GetProperty("oneOf").GetArrayLength());
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
