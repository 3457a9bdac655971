using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace OrleansAgents.Grains.Memory;

/// <summary>What texts mean, as the configured embedding model tells it. Nobody depends on it: where it fails, words alone find passages.</summary>
/// <param name="model">Null where none is configured.</param>
internal sealed partial class Meaning(IEmbeddingGenerator<string, Embedding<float>>? model, TimeProvider time, ILogger<Meaning> log)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    /// <summary>Of a longer text the beginning is enough, and models refuse what is longer than they read.</summary>
    private const int LongestText = 8_000;

    private DateTimeOffset _restsUntil;
    private int _length;

    public bool IsTold => model is not null;

    /// <summary>A vector of length 1 for each text, in order; null when the model fails, and for a minute afterwards.</summary>
    public async Task<IReadOnlyList<float[]>?> OfAsync(IReadOnlyList<string> texts)
    {
        if (model is null || time.GetUtcNow() < _restsUntil)
        {
            return null;
        }

        try
        {
            using var patience = new CancellationTokenSource(Longest, time);
            var found = await model.GenerateAsync(texts.Select(t => t.Length > LongestText ? t[..LongestText] : t), cancellationToken: patience.Token);
            var vectors = found.Select(e => e.Vector.ToArray()).ToList();
            _length = _length > 0 ? _length : vectors.FirstOrDefault()?.Length ?? 0;
            if (vectors.Count != texts.Count || vectors.Exists(v => v.Length != _length || !float.IsFinite(TensorPrimitives.Norm<float>(v))))
            {
                throw new InvalidOperationException($"{texts.Count} vectors of {_length} numbers were to come; {vectors.Count} came, of {string.Join(", ", vectors.Select(v => v.Length).Distinct())}, or with what is no number.");
            }

            vectors.ForEach(Normalise);
            return vectors;
        }
        catch (Exception e)
        {
            // Whatever a client throws: the conversation goes on without it.
            _restsUntil = time.GetUtcNow() + Rest;
            Failed(log, e, Rest.TotalSeconds);
            return null;
        }
    }

    private static void Normalise(float[] vector)
    {
        if (TensorPrimitives.Norm<float>(vector) is > 0 and var length)
        {
            TensorPrimitives.Divide(vector, length, vector);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The embedding model failed; passages are found by their words alone, and it is asked again in {Seconds} s. See to its configuration under Memory:Embeddings.")]
    private static partial void Failed(ILogger log, Exception error, double seconds);
}
