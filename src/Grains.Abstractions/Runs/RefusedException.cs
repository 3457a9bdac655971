
namespace OrleansAgents.Runs;

/// <summary>A command or a read was refused; asking the same again does not help.</summary>
public sealed class RefusedException(Problem problem) : Exception(problem.Message)
{
    /// <summary>A stable code, a sentence, the field where one is at fault.</summary>
    public Problem Problem => problem;
}

/// <summary>The service does not answer at present; asking again may help, and a command with the same id has one effect.</summary>
public sealed class UnavailableException(string message) : Exception(message);
