using System.Text;
using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Limits;

/// <summary>What a text from a person must be.</summary>
internal static class InputRule
{
    private const int MaxBytes = 1024 * 1024;

    /// <exception cref="ProblemException">It is empty or too long.</exception>
    public static void Check(string? input)
    {
        if (string.IsNullOrWhiteSpace(input))
        {
            throw ProblemException.Invalid("input_required", "input", "The input is empty.");
        }

        Size(input, "input");
    }

    /// <exception cref="ProblemException">It is too long; names the field.</exception>
    public static void Size(string text, string field)
    {
        if (Encoding.UTF8.GetByteCount(text) > MaxBytes)
        {
            throw new ProblemException(413, Problems.TooLarge, $"The {field} may have 1 MiB at most.", field);
        }
    }
}
