
namespace OrleansAgents.Agents.Models.Answers;

/// <summary>Ends an answer that its server does not end: at the model's length limit and at what the run's budget has left.</summary>
/// <remarks>Arguments have a limit of their own, see <c>CallAssembly</c>.</remarks>
/// <param name="maxTokens">The length limit that the request names.</param>
/// <param name="left">Tokens of the run's budget; null where it has no limit.</param>
internal sealed class OutputBound(int maxTokens, long? left)
{
    /// <summary>Bytes of one token. Of the length limit only what is certainly more is cut: ordinary text has about 4, and tables of blanks have 8.</summary>
    private const int Most = 8;

    public bool IsMet { get; private set; }

    /// <summary>It was the budget's.</summary>
    public bool IsBudget { get; private set; }

    /// <summary>Overspent by one piece of the answer at most.</summary>
    public bool IsMetBy(AnswerBuilder answer)
    {
        // After the finish reason come the provider's figures, and should come no text.
        IsBudget = answer.Finish is null && answer.Tokens > left;
        return IsMet = IsBudget || answer.TextBytes > (long)maxTokens * Most;
    }
}
