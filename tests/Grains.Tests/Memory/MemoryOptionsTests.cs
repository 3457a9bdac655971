using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Demo;
using OrleansAgents.Grains.Memory;

namespace OrleansAgents.Grains.Tests.Memory;

/// <summary>The section <c>Memory</c>: a wrong value is told with its key.</summary>
public sealed class MemoryOptionsTests
{
    [Fact]
    public void Without_the_section_nobody_is_asked()
    {
        var options = Read();

        Assert.Equal(new MemoryOptions(), options);
        Assert.Null(options.CreateEmbeddings());
    }

    [Fact]
    public void Every_value_is_taken()
    {
        var options = Read(
            ("Memory:Model", "embedder"), ("Memory:ChunkTokens", "200"), ("Memory:InputTokens", "800"), ("Memory:ThreadTokens", "0"),
            ("Memory:Embeddings", "embedder"), ("Memory:EmbeddingDimensions", "256"));

        Assert.Equal(("embedder", 200, 800, 0, "m", 256), (options.Model, options.ChunkTokens, options.InputTokens, options.ThreadTokens, options.Embeddings!.Model, options.EmbeddingDimensions));
        using var embeddings = options.CreateEmbeddings();
        Assert.NotNull(embeddings);
    }

    [Theory]
    [InlineData("Memory:Model", "nobody", "Memory:Model is 'nobody', which is no model; configured are default, embedder.")]
    [InlineData("Memory:Embeddings", "nobody", "Memory:Embeddings is 'nobody', which is no model; configured are default, embedder.")]
    [InlineData("Memory:Embeddings", "default", "Memory:Embeddings is 'default', whose provider is demo; embeddings come from openai or azure-openai.")]
    [InlineData("Memory:EmbeddingDimensions", "7", "Memory:EmbeddingDimensions is '7'; use a whole number from 8 to 4096.")]
    [InlineData("Memory:Embedding", "x", "Memory:Embedding is not a known key; known are Model, ChunkTokens, InputTokens, ThreadTokens, Embeddings, EmbeddingDimensions.")]
    public void A_wrong_value_is_told_with_its_key(string key, string value, string told) =>
        Assert.Equal(told, Assert.Throws<InvalidSettingException>(() => Read((key, value))).Message);

    private static MemoryOptions Read(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([
            new("Models:embedder:Provider", "openai"), new("Models:embedder:Model", "m"), new("Models:embedder:ApiKey", "k"), new("Models:default:Provider", "demo"),
            .. settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))]).Build();
        using var services = new ServiceCollection().AddSingleton(TimeProvider.System).AddDemoModel().BuildServiceProvider();
        using var models = new ModelRegistry(ModelSettings.Read(configuration), [], services, TimeProvider.System);
        return MemoryOptions.Read(configuration, models);
    }
}
