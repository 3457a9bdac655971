using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Http;

/// <summary>Ends a request with a grain's refusal.</summary>
internal sealed class RefusedException(Problem problem) : Exception(problem.Message)
{
    public Problem Problem => problem;
}
