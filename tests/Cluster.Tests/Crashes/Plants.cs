using System.Text;
using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Cluster.Tests.Crashes;

/// <summary>Planted: no fencing. A stale append is rewritten to the present epoch and head, and let through.</summary>
internal sealed class UnfencedJournal(IJournal inner) : JournalDecorator(inner)
{
    private readonly TaskCompletionSource _letThrough = new();

    /// <summary>Ends when a zombie has written.</summary>
    public Task LetThrough => _letThrough.Task;

    public override async Task<AppendOutcome> AppendAsync(Append append)
    {
        var outcome = await base.AppendAsync(append);
        if (outcome != AppendOutcome.Fenced || append.Events.Count == 0)
        {
            return outcome;
        }

        var now = (await FindAsync(append.Id))!.Header;
        var moved = now.Head - append.ExpectedHead;
        outcome = await base.AppendAsync(append with
        {
            Epoch = now.Epoch,
            ExpectedHead = now.Head,
            Events = [.. append.Events.Select(e => e with { Seq = e.Seq + moved })],
            Header = append.Header with { Epoch = now.Epoch, Head = append.Header.Head + moved },
        });
        _letThrough.TrySetResult();
        return outcome;
    }
}

/// <summary>Planted: the first append that a command of this kind is part of is acknowledged and dropped.</summary>
internal sealed class ForgetfulJournal(IJournal inner, string op) : JournalDecorator(inner)
{
    private int _dropped;

    public override Task<AppendOutcome> AppendAsync(Append append) =>
        append.Commands.Any(c => c.CommandId.StartsWith(op, StringComparison.Ordinal)) && Interlocked.Exchange(ref _dropped, 1) == 0
            ? Task.FromResult(AppendOutcome.Committed)
            : base.AppendAsync(append);
}

/// <summary>Planted: a second attempt is recorded under the number of the first.</summary>
internal sealed class StutteringJournal(IJournal inner) : JournalDecorator(inner)
{
    public override Task<AppendOutcome> AppendAsync(Append append) => base.AppendAsync(append with
    {
        Events = [.. append.Events.Select(Again)],
    });

    private static JournalEvent Again(JournalEvent e) => e with
    {
        Data = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(e.Data).Replace("\"attempt\":2", "\"attempt\":1", StringComparison.Ordinal)),
    };
}
