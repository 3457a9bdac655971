using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Agents.Settings;

namespace OrleansAgents.Grains.Memory;

/// <summary>How threads are remembered: the section <c>Memory</c>.</summary>
/// <param name="Model">The model configuration that writes summaries; null for the extractive compressor.</param>
/// <param name="ChunkTokens">Estimated tokens of turns that a summary stands for.</param>
/// <param name="InputTokens">What a request for a summary may have; a longer record is read in parts.</param>
/// <param name="ThreadTokens">What models may take and give for one thread's summaries altogether; afterwards they are extractive. Null for no limit.</param>
/// <param name="Embeddings">The model configuration that tells what passages mean; null for their words alone.</param>
/// <param name="EmbeddingDimensions">Numbers of a vector, where the model gives a choice.</param>
internal sealed record MemoryOptions(
    string? Model = null, int ChunkTokens = 3_000, int InputTokens = 16_000, int? ThreadTokens = null, ModelSettings? Embeddings = null,
    int? EmbeddingDimensions = null)
{
    /// <exception cref="InvalidSettingException">A value is none; the sentence names the key.</exception>
    public static MemoryOptions Read(IConfiguration configuration, ModelRegistry models)
    {
        var section = configuration.GetSection("Memory");
        section.Allow("Model", "ChunkTokens", "InputTokens", "ThreadTokens", "Embeddings", "EmbeddingDimensions");
        _ = Find("Model");
        var embeddings = Find("Embeddings")?.Settings;
        if (embeddings is { Provider: not (ModelSettings.OpenAi or ModelSettings.AzureOpenAi) })
        {
            throw new InvalidSettingException($"Memory:Embeddings is '{embeddings.Name}', whose provider is {embeddings.Provider}; embeddings come from {ModelSettings.OpenAi} or {ModelSettings.AzureOpenAi}.");
        }

        return new(
            section.Text("Model"), section.Whole("ChunkTokens", 3_000, 100, 100_000), section.Whole("InputTokens", 16_000, 500, 1_000_000),
            Optional("ThreadTokens", 0, int.MaxValue), embeddings, Optional("EmbeddingDimensions", 8, 4_096));

        RegisteredModel? Find(string key) => section.Text(key) is not { } name ? null : models.Find(name)
            ?? throw new InvalidSettingException($"Memory:{key} is '{name}', which is no model; configured are {string.Join(", ", models.Names.Order(StringComparer.OrdinalIgnoreCase))}.");

        int? Optional(string key, int least, int most) => section.Text(key) is null ? null : section.Whole(key, least, least, most);
    }

    /// <summary>The client of the embedding model; null without one.</summary>
    public IEmbeddingGenerator<string, Embedding<float>>? CreateEmbeddings() => Embeddings switch
    {
        null => null,
        { Provider: ModelSettings.AzureOpenAi } azure => OpenAiModel.CreateEmbeddings(azure, EmbeddingDimensions),
        { } openAi => OpenAiModel.CreateEmbeddings(openAi, EmbeddingDimensions),
    };
}
