using System.Text;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Runs;
using OrleansAgents.Runs;

namespace OrleansAgents.Testing;

/// <summary>A run as its journal had it at one moment. It does not change; look again for what came since.</summary>
/// <remarks>
/// Every one that a test gets has been checked: seqs without holes, one result for each step, attempts that never repeat, nothing after the end, and no
/// at-most-once call repeated without somebody's word.
/// </remarks>
public sealed class RunJournal
{
    private readonly RunState _state;

    private RunJournal(string id, IReadOnlyList<JournalEvent> rows)
    {
        Rows = rows;
        Events = [.. rows.Select(r => r.Decode()).OfType<RunEvent>()];
        _state = RunFold.From(null, rows);
        Run = Views.Of(id, _state, rows[0], null);
    }

    /// <summary>Where the run stands: status, reason, why, pending, output.</summary>
    public RunView Run { get; }

    /// <summary>The events, oldest first.</summary>
    public IReadOnlyList<RunEvent> Events { get; }

    /// <summary>The same with seq, time and stored bytes.</summary>
    public IReadOnlyList<JournalEvent> Rows { get; }

    /// <summary>When time alone moves the run.</summary>
    internal DateTimeOffset? WakeAt => Core.Runs.Standing.WakeAt(_state);

    /// <param name="rows">At least the first event.</param>
    /// <exception cref="AgentTestException">A rule is broken that holds for every journal.</exception>
    internal static RunJournal Of(string id, IReadOnlyList<JournalEvent> rows, IReadOnlyDictionary<string, ToolEffect> effects)
    {
        var violations = JournalRules.Check(rows, effects);
        return violations.Count == 0
            ? new(id, rows)
            : throw new AgentTestException($"The journal of {id} is not sound:\n  {string.Join("\n  ", violations)}\n{Text(rows)}");
    }

    /// <summary>The events of one kind, oldest first.</summary>
    public IReadOnlyList<T> All<T>()
        where T : RunEvent => [.. Events.OfType<T>()];

    /// <summary>The only event of its kind.</summary>
    /// <exception cref="AgentTestException">There is none, or more than one.</exception>
    public T Single<T>()
        where T : RunEvent => All<T>() is [var only] ? only : throw new AgentTestException(
            $"{Run.Id} was to have one {typeof(T).Name}; it has {All<T>().Count}.\n{this}");

    /// <summary>Makes sure that the run ended with this answer.</summary>
    /// <exception cref="AgentTestException">It did not.</exception>
    public RunJournal Completed(string output) => Run is { Status: RunStatus.Completed, Output: { } said } && said.ToString() == output
        ? this
        : throw new AgentTestException($"{Run.Id} was to complete with '{output}'; it is {Standing}\n{this}");

    /// <summary>The journal, a line for each event.</summary>
    public override string ToString() => Text(Rows);

    /// <summary>Where it stands, in a sentence.</summary>
    internal string Standing => Run switch
    {
        { Output: { } output } => $"completed with '{Excerpt.Of(output.ToString())}'.",
        { Error: { } error } => $"failed ({error.Code}): {error.Message}",
        { Reason: { } reason } => $"{Status} ({reason}): {Run.Why}",
        _ => $"{Status}.",
    };

    private string Status => Run.Status.ToString().ToLowerInvariant();

    /// <summary>Its newest events.</summary>
    internal string Last(int count) => Text([.. Rows.TakeLast(count)]);

    private static string Text(IEnumerable<JournalEvent> rows) =>
        string.Join('\n', rows.Select(r => $"  {r.Seq} {r.Type} {Excerpt.Of(Encoding.UTF8.GetString(r.Data))}"));
}
