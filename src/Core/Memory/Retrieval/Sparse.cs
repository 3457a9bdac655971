using System.Runtime.InteropServices;

namespace OrleansAgents.Core.Memory.Retrieval;

/// <summary>Numbers of which few are not zero: emptied at the cost of those few. Kept from one question to the next.</summary>
internal sealed class Sparse
{
    private readonly List<int> _touched = [];
    private double[] _values = [];

    public ReadOnlySpan<int> Touched => CollectionsMarshal.AsSpan(_touched);

    public ref double this[int i] => ref _values[i];

    public void Clear(int size)
    {
        foreach (var i in Touched)
        {
            _values[i] = 0;
        }

        _touched.Clear();
        if (_values.Length < size)
        {
            _values = new double[Math.Max(size, 2 * _values.Length)];
        }
    }

    /// <param name="value">Above zero.</param>
    public void Add(int i, double value) => Touch(i) += value;

    public void Raise(int i, double value) => Touch(i) = Math.Max(_values[i], value);

    private ref double Touch(int i)
    {
        ref var value = ref _values[i];
        if (value == 0)
        {
            _touched.Add(i);
        }

        return ref value;
    }
}
