using Microsoft.Extensions.Configuration;
using OrleansAgents.Execution;

namespace OrleansAgents.Memory;

/// <summary>How threads are remembered: the section <c>Memory</c>.</summary>
/// <param name="Model">The model configuration that writes summaries; null for the extractive compressor.</param>
/// <param name="ChunkTokens">Estimated tokens of turns that a summary stands for.</param>
/// <param name="InputTokens">What a request for a summary may have; a longer record is read in parts.</param>
/// <param name="ThreadTokens">What models may take and give for one thread's summaries altogether; afterwards they are extractive. Null for no limit.</param>
internal sealed record MemoryOptions(string? Model = null, int ChunkTokens = 3_000, int InputTokens = 16_000, int? ThreadTokens = null)
{
    /// <exception cref="InvalidSettingException">A value is none; the sentence names the key.</exception>
    public static MemoryOptions Read(IConfiguration configuration, ModelRegistry models)
    {
        var section = configuration.GetSection("Memory");
        section.Allow("Model", "ChunkTokens", "InputTokens", "ThreadTokens");
        if (section.Text("Model") is { } model && models.Find(model) is null)
        {
            throw new InvalidSettingException($"Memory:Model is '{model}', which is no model; configured are {string.Join(", ", models.Names.Order(StringComparer.OrdinalIgnoreCase))}.");
        }

        return new(
            section.Text("Model"), section.Whole("ChunkTokens", 3_000, 100, 100_000), section.Whole("InputTokens", 16_000, 500, 1_000_000),
            section.Text("ThreadTokens") is null ? null : section.Whole("ThreadTokens", 0, 0, int.MaxValue));
    }
}
