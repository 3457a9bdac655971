using OrleansAgents.Events;
using OrleansAgents.Journal;
using Xunit;
using static OrleansAgents.Storage.Tests.Sample;

namespace OrleansAgents.Storage.Tests;

/// <summary>What every store promises about lists.</summary>
public abstract partial class JournalContract
{
    private static readonly Principal Other = new("local", "other");

    [Fact]
    public async Task A_list_pages_through_what_its_filter_names_whatever_that_is()
    {
        await Task.WhenAll(Various().Select(h => Journal.AppendAsync(Append(h.Id, 0, 1) with { Header = h })));
        foreach (var filter in
            from thread in new[] { null, "t1", "none" }
            from agent in new[] { null, "a", "none" }
            from status in new RunStatus?[] { null, RunStatus.Running, RunStatus.Completed, RunStatus.Queued }
            from kind in new[] { JournalKind.Run, JournalKind.Thread }
            from pinned in kind == JournalKind.Run ? [null] : new bool?[] { null, true, false }
            from archived in kind == JournalKind.Run ? [null] : new bool?[] { null, true, false }
            select new ListFilter(Principal.Local, thread, agent, status, null, 4, kind, pinned, archived))
        {
            var wanted = Various()
                .Where(h => h.Principal == filter.Principal && h.Kind == filter.Kind && (filter.ThreadId ?? h.ThreadId) == h.ThreadId
                    && (filter.Agent ?? h.Agent) == h.Agent && (filter.Status ?? h.Status) == h.Status
                    && (filter.Pinned ?? h.Marks.HasFlag(ThreadMarks.Pinned)) == h.Marks.HasFlag(ThreadMarks.Pinned)
                    && (filter.Archived ?? h.Marks.HasFlag(ThreadMarks.Archived)) == h.Marks.HasFlag(ThreadMarks.Archived))
                .OrderByDescending(h => h.ActiveAt ?? h.CreatedAt).ThenByDescending(h => h.Id, StringComparer.Ordinal);

            Assert.Equal($"{filter}: {Ids(wanted)}", $"{filter}: {Ids(await PagesAsync(filter))}");
        }
    }

    [Fact]
    public async Task A_list_by_status_follows_its_runs()
    {
        var header = Header("r", 1);
        await Journal.AppendAsync(Append("r", 0, 1) with { Header = header });
        foreach (var next in new Func<JournalHeader, JournalHeader>[]
        {
            h => h with { Status = RunStatus.Waiting, Reason = WaitReason.Retry, WakeAt = Start },
            h => h with { Reason = WaitReason.Decision },
            h => h with { Owner = null, WakeAt = null },
            h => h with { Status = RunStatus.Running, Reason = null, Owner = "silo-b" },
            h => h with { PublishedSeq = 3, UpdatedAt = Start.AddHours(1) },
            h => h with { Agent = "other", ThreadId = "thread-2", Model = "other", Summary = "Other." },
            h => h with { Status = RunStatus.Failed, Owner = null, EndedAt = Start.AddHours(2), WakeAt = Start.AddHours(2) },
            h => h with { WakeAt = null, Generation = 2 },
            h => h with { Marks = ThreadMarks.Pinned },
            h => h with { Marks = ThreadMarks.Pinned | ThreadMarks.Archived, ActiveAt = Start.AddHours(3) },
            h => h with { ActiveAt = Start.AddHours(4) },
        })
        {
            var append = Append("r", header.Head, 1);
            header = next(header) with { Head = header.Head + 1 };
            Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(append with { Header = header }));

            Assert.Equal(header, (await Journal.FindAsync("r"))!.Header);
            foreach (var status in Enum.GetValues<RunStatus>())
            {
                Assert.Equal(status == header.Status ? [header] : [], await Journal.ListAsync(new(Principal.Local, null, null, status, null, 10)));
            }

            Assert.Equal([header], await Journal.ListAsync(new(Principal.Local, header.ThreadId, header.Agent, null, null, 10)));
            Assert.Equal([header], await Journal.ListAsync(new(Principal.Local, null, header.Agent, null, null, 10)));
        }
    }

    [Fact]
    public async Task The_newest_run_of_each_of_many_threads_is_found_at_once()
    {
        await Task.WhenAll(Various().Select(h => Journal.AppendAsync(Append(h.Id, 0, 1) with { Header = h })));

        var newest = await Journal.NewestRunsAsync(Principal.Local, ["t1", "none", "t2", "t1"]);

        Assert.Equal(
            Various().Where(h => h.Principal == Principal.Local && h.Kind == JournalKind.Run && h.ThreadId is not null).GroupBy(h => h.ThreadId)
                .Select(runs => runs.OrderBy(h => h.CreatedAt).ThenBy(h => h.Id, StringComparer.Ordinal).Last().Id).Order(),
            newest.Select(h => h.Id).Order());
        Assert.Empty(await Journal.NewestRunsAsync(Principal.Local, []));
        Assert.Equal(Other, Assert.Single(await Journal.NewestRunsAsync(Other, ["t1"])).Principal);
    }

    /// <summary>Runs and threads of two users, of every thread, agent and status, three made at each instant.</summary>
    private static IEnumerable<JournalHeader> Various()
    {
        var n = 0;
        foreach (var thread in new[] { null, "t1", "t2" })
        {
            foreach (var agent in new[] { "a", "b" })
            {
                foreach (var status in new[] { RunStatus.Running, RunStatus.Failed, RunStatus.Completed, RunStatus.Completed, RunStatus.Completed })
                {
                    foreach (var (principal, kind) in new[] { (Principal.Local, JournalKind.Run), (Other, JournalKind.Run), (Principal.Local, JournalKind.Thread) })
                    {
                        // Neither ids nor times grow in the order of the appends.
                        var at = n++ * 31 % 90;
                        yield return Header($"r{at * 7 % 90:00}", 1) with
                        {
                            Principal = principal,
                            Kind = kind,
                            ThreadId = thread,
                            Agent = agent,
                            Status = status,
                            CreatedAt = Start.AddSeconds(at / 3),
                            Marks = kind == JournalKind.Thread ? (ThreadMarks)(at % 4) : ThreadMarks.None,
                            ActiveAt = kind == JournalKind.Thread ? Start.AddSeconds(at * 13 % 90 / 2) : null,
                        };
                    }
                }
            }
        }
    }

    private async Task<List<JournalHeader>> PagesAsync(ListFilter filter)
    {
        var seen = new List<JournalHeader>();
        while (await Journal.ListAsync(filter) is { Count: > 0 } page)
        {
            Assert.InRange(page.Count, 1, filter.Limit);
            seen.AddRange(page);
            filter = filter with { Before = ListPosition.Of(page[^1]) };
        }

        return seen;
    }

    private static string Ids(IEnumerable<JournalHeader> headers) => string.Join(' ', headers.Select(h => h.Id));
}
