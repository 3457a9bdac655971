using OrleansAgents.Runs;

namespace OrleansAgents.Journal.Search;

/// <summary>A search was not answered, for a reason that the caller is told.</summary>
/// <param name="code">One of <see cref="ProblemCodes"/>.</param>
internal sealed class SearchRefusedException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
