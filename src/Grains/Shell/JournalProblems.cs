using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Shell;

/// <summary>Maps failures of the store to the problems that callers receive. One instance for each kind of journal.</summary>
/// <param name="Deleted">Null for a kind that is never deleted.</param>
/// <param name="Moved">The outcome of the command is unknown. The caller repeats it with the same id; it takes effect once.</param>
internal sealed record JournalProblems(Problem? Deleted, Problem Moved)
{
    public static JournalProblems Run { get; } = new(
        new(ProblemCodes.RunDeleted, "The run was deleted."), new(ProblemCodes.RunMoved, "The run changes its process; repeat the command with its id."));

    public static JournalProblems Thread { get; } = new(
        new(ProblemCodes.ThreadDeleted, "The thread was deleted.", "id"), new(ProblemCodes.RunMoved, "The thread changes its process; repeat the command with its id."));

    public static JournalProblems Facts { get; } = new(
        null, new(ProblemCodes.RunMoved, "The user's facts change their process; repeat the command."));

    /// <returns>Null for an exception that is no failure of the store.</returns>
    public Problem? Of(Exception e) => e switch
    {
        StorageRefusedException { Reason: StorageRefusal.Full } => new(ProblemCodes.StorageFull, e.Message),
        StorageRefusedException => new(ProblemCodes.StorageUnavailable, e.Message),
        JournalDamagedException damaged => new(CorruptOf(damaged.Id), e.Message),
        JournalDeletedException => Deleted,
        NewerBuildException => new(ProblemCodes.InvalidState, e.Message),
        DoubtfulException => Moved,
        _ => null,
    };

    /// <summary>Depends on the damaged journal, not on the requested one: reading a thread reads its runs too.</summary>
    private static string CorruptOf(string id) =>
        JournalIds.IsThread(id) ? ProblemCodes.ThreadCorrupt : JournalIds.IsFacts(id) ? ProblemCodes.FactsCorrupt : ProblemCodes.RunCorrupt;
}

/// <summary>An append was fenced or its outcome is unknown. The grain drops its state; the next command folds the journal again and finds the command if it was written.</summary>
internal sealed class DoubtfulException : Exception;
