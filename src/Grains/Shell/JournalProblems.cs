using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Shell;

/// <summary>What a caller is answered when the store, and not the request, stands in the way; in the words of one kind of journal.</summary>
/// <param name="Deleted">Null for a kind that is never deleted.</param>
/// <param name="Moved">The command's outcome is in doubt; repeated with its id it is done once.</param>
internal sealed record JournalProblems(Problem? Deleted, Problem Moved)
{
    public static JournalProblems Run { get; } = new(
        new(ProblemCodes.RunDeleted, "The run was deleted."), new(ProblemCodes.RunMoved, "The run changes its process; repeat the command with its id."));

    public static JournalProblems Thread { get; } = new(
        new(ProblemCodes.ThreadDeleted, "The thread was deleted.", "id"), new(ProblemCodes.RunMoved, "The thread changes its process; repeat the command with its id."));

    public static JournalProblems Facts { get; } = new(
        null, new(ProblemCodes.RunMoved, "The user's facts change their process; repeat the command."));

    /// <summary>Null for an exception that is a fault of ours.</summary>
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

    /// <summary>By the journal that is damaged, not by the one that was asked for: a thread is read with its runs.</summary>
    private static string CorruptOf(string id) =>
        JournalIds.IsThread(id) ? ProblemCodes.ThreadCorrupt : JournalIds.IsFacts(id) ? ProblemCodes.FactsCorrupt : ProblemCodes.RunCorrupt;
}

/// <summary>An append was fenced or its outcome is unknown: the next caller folds what is there, and finds the command if it was written.</summary>
internal sealed class DoubtfulException : Exception;
