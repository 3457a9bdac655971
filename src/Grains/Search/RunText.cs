using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Search;

/// <summary>Something said in a run.</summary>
/// <param name="Role"><c>user</c> or <c>assistant</c>.</param>
/// <param name="Interrupted">True for an answer that was stopped.</param>
internal sealed record Said(string Role, Text Text, DateTimeOffset At, bool? Interrupted = null);

/// <summary>What people and the model said in a run, without what the model said to itself and to tools.</summary>
internal static class RunText
{
    /// <summary>In order: the input, further messages, answers that were stopped, and the answer.</summary>
    /// <exception cref="JournalDeletedException">The run was deleted.</exception>
    public static async IAsyncEnumerable<Said> SaidAsync(IJournal journal, string runId)
    {
        await foreach (var row in journal.ReadAllAsync(runId, 0))
        {
            switch (row.Type)
            {
                case "run.created" when row.Decode() is RunCreated created:
                    yield return new("user", created.Input, row.At);
                    break;
                case "message.received" when row.Decode() is MessageReceived message:
                    yield return new("user", message.Content, row.At);
                    break;
                case "model.completed" when row.Decode() is ModelCompleted { FinishReason: FinishReasons.Interrupted } stopped:
                    foreach (var part in stopped.Content.OfType<TextPart>())
                    {
                        yield return new("assistant", part.Text, row.At, true);
                    }

                    break;
                case "run.completed" when row.Decode() is RunCompleted completed:
                    yield return new("assistant", completed.Output, row.At);
                    break;
            }
        }
    }
}
