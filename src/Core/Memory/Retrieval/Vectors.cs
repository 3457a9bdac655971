using System.Numerics.Tensors;

namespace OrleansAgents.Core.Memory.Retrieval;

/// <summary>What the passages of a conversation mean, as an embedding model told it: vectors of length 1 in the order of the passages, as far as it has come.</summary>
internal sealed class Vectors
{
    private readonly List<float[]> _vectors = [];

    public int Count => _vectors.Count;

    /// <summary>Of the next passage.</summary>
    /// <exception cref="ArgumentException">It has another length than those before.</exception>
    public void Add(float[] vector)
    {
        if (Count > 0 && vector.Length != _vectors[0].Length)
        {
            throw new ArgumentException($"A vector has {vector.Length} numbers, those before it {_vectors[0].Length}.", nameof(vector));
        }

        _vectors.Add(vector);
    }

    /// <summary>
    /// How near each passage is to a question: 1 for the nearest, 0 for the average and all that is farther. Models differ in what
    /// they give to texts that have nothing in common; what stands out of it does not.
    /// </summary>
    public double[] Nearness(float[] question)
    {
        var near = new double[Count];
        var (sum, most) = (0.0, double.MinValue);
        for (var i = 0; i < near.Length; i++)
        {
            near[i] = TensorPrimitives.Dot<float>(question, _vectors[i]);
            sum += near[i];
            most = Math.Max(most, near[i]);
        }

        var mean = near.Length == 0 ? 0 : sum / near.Length;
        for (var i = 0; i < near.Length; i++)
        {
            near[i] = most > mean ? Math.Max(0, (near[i] - mean) / (most - mean)) : 0;
        }

        return near;
    }
}
