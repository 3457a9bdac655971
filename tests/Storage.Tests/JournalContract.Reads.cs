using System.Text;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using Xunit;
using static OrleansAgents.Storage.Tests.Sample;

namespace OrleansAgents.Storage.Tests;

/// <summary>What every store promises about snapshots, bodies, lists, recovery and deletion.</summary>
public abstract partial class JournalContract
{
    [Fact]
    public async Task A_lease_brings_the_newest_snapshot_and_the_events_after_it()
    {
        await Journal.AppendAsync(Append("r", 0, 5));
        await Journal.SnapshotAsync("r", new(4, 7, [4, 4]));
        await Journal.SnapshotAsync("r", new(2, 7, [2, 2]));

        var lease = await Journal.AcquireAsync("r", "silo-b");

        Assert.Equal((4L, 7), (lease.Snapshot!.Seq, lease.Snapshot.FoldVersion));
        Assert.Equal([4, 4], lease.Snapshot.Data);
        Assert.Equal(Expected("r", 5, 5), Words(lease.Tail));
        Assert.Equal(4, (await Journal.FindAsync("r"))!.Snapshot!.Seq);
    }

    [Fact]
    public async Task A_body_is_read_through_a_journal_that_uses_it_and_through_no_other()
    {
        var body = Body("another user's text");
        await Journal.AppendAsync(Append("a", 0, 1) with { Bodies = [body] });
        var quoting = Event("b", 1) with { Data = Encoding.UTF8.GetBytes($$$"""{"input":"{{{body.Ref}}}","output":{"ref":"{{{body.Ref}}}"}}""") };
        await Journal.AppendAsync(Append("b", 0, 1) with { Events = [quoting] });

        Assert.Equal(body.Data, await Journal.ReadBodyAsync("a", body.Ref));
        Assert.Null(await Journal.ReadBodyAsync("b", body.Ref));
        Assert.Null(await Journal.ReadBodyAsync("unknown", body.Ref));
    }

    [Fact]
    public async Task A_body_lives_as_long_as_a_journal_refers_to_it()
    {
        var body = Body("shared");
        await Journal.AppendAsync(Append("a", 0, 1) with { Bodies = [body], Header = Header("a", 1).Ended() });
        await Journal.AppendAsync(Append("b", 0, 1) with { Bodies = [body, body], Header = Header("b", 1).Ended() });

        Assert.True(await Journal.DeleteAsync("a"));
        Assert.Equal(body.Data, await Journal.ReadBodyAsync("b", body.Ref));
        await Assert.ThrowsAsync<JournalDeletedException>(() => Journal.ReadBodyAsync("a", body.Ref));
        Assert.True(await Journal.DeleteAsync("b"));
        await Assert.ThrowsAsync<JournalDeletedException>(() => Journal.ReadBodyAsync("b", body.Ref));
    }

    [Fact]
    public async Task A_released_body_is_gone_with_the_commit_unless_another_journal_has_it()
    {
        var (own, shared) = (Body("own"), Body("shared"));
        await Journal.AppendAsync(Append("a", 0, 1) with { Bodies = [own, shared] });
        await Journal.AppendAsync(Append("b", 0, 1) with { Bodies = [shared] });
        Assert.Equal(AppendOutcome.Fenced, await Journal.AppendAsync(Append("a", 0, 1) with { Released = [own.Ref] }));
        Assert.Equal(own.Data, await Journal.ReadBodyAsync("a", own.Ref));

        Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(Append("a", 1, 1) with { Released = [own.Ref, shared.Ref, "sha256:none"] }));
        Assert.Null(await Journal.ReadBodyAsync("a", own.Ref));
        Assert.Null(await Journal.ReadBodyAsync("a", shared.Ref));
        Assert.Equal(shared.Data, await Journal.ReadBodyAsync("b", shared.Ref));
        await Journal.AppendAsync(Append("b", 1, 1) with { Released = [shared.Ref] });
        Assert.Null(await Journal.ReadBodyAsync("b", shared.Ref));
    }

    [Fact]
    public async Task What_expires_ended_or_rests_before_a_time_and_is_published()
    {
        var old = Start.AddDays(1);
        foreach (var (id, header) in new (string, Func<JournalHeader, JournalHeader>)[]
        {
            ("ended", h => h.Ended() with { ThreadId = null }),
            ("older", h => h.Ended() with { ThreadId = null, UpdatedAt = Start.AddHours(-1) }),
            ("young", h => h.Ended() with { ThreadId = null, UpdatedAt = old }),
            ("unpublished", h => h.Ended() with { ThreadId = null, WakeAt = old }),
            ("turn", h => h.Ended()),
            ("paused", h => h with { ThreadId = null, Owner = null, Status = RunStatus.Paused }),
            ("working", h => h with { ThreadId = null }),
            ("resting thread", h => h with { ThreadId = null, Owner = null, Status = RunStatus.Completed, Kind = JournalKind.Thread }),
            ("thread at work", h => h with { ThreadId = null, Owner = null, Kind = JournalKind.Thread }),
        })
        {
            await Journal.AppendAsync(Append(id, 0, 1) with { Header = header(Header(id, 1)) });
        }

        Assert.Equal(["older", "ended", "resting thread"], (await Journal.ExpiredAsync(new(old, null, 10))).Select(h => h.Id));
        Assert.Equal(["older"], (await Journal.ExpiredAsync(new(old, null, 1))).Select(h => h.Id));
        Assert.Empty(await Journal.ExpiredAsync(new(old, [(JournalIds.PartitionOf("older") + 1) % 256], 1)));
        Assert.Empty(await Journal.ExpiredAsync(new(Start.AddHours(-1), null, 10)));
    }

    [Fact]
    public async Task Waiting_runs_are_counted_by_what_they_wait_for()
    {
        foreach (var (id, status, reason) in new[]
        {
            ("a", RunStatus.Waiting, WaitReason.Decision), ("b", RunStatus.Waiting, WaitReason.Decision), ("c", RunStatus.Waiting, WaitReason.Retry),
            ("d", RunStatus.Paused, PauseReason.User),
        })
        {
            await Journal.AppendAsync(Append(id, 0, 1) with { Header = Header(id, 1, owner: null) with { Status = status, Reason = reason } });
        }

        Assert.Equal([("decision", 2), ("retry", 1)], (await Journal.WaitingAsync(null)).Select(w => (w.Key, w.Value)).Order());
        Assert.Equal(1, (await Journal.WaitingAsync([JournalIds.PartitionOf("a")]))["decision"]);
        await Journal.AppendAsync(Append("a", 1, 1) with { Header = Header("a", 2) });
        Assert.Equal(1, (await Journal.WaitingAsync(null))["decision"]);
    }

    [Fact]
    public async Task A_list_pages_from_newest_to_oldest_within_its_principal()
    {
        for (var n = 0; n < 6; n++)
        {
            await Journal.AppendAsync(Append($"r{n}", 0, 1) with { Header = Header($"r{n}", 1) with { CreatedAt = Start.AddSeconds(n / 2) } });
        }

        await Journal.AppendAsync(Append("x", 0, 1) with { Header = Header("x", 1) with { Principal = new("other", "local") } });

        var first = await Journal.ListAsync(new(Principal.Local, null, null, null, null, 4));
        var rest = await Journal.ListAsync(new(Principal.Local, null, null, null, new(first[^1].CreatedAt, first[^1].Id), 4));

        Assert.Equal(["r5", "r4", "r3", "r2"], first.Select(h => h.Id));
        Assert.Equal(["r1", "r0"], rest.Select(h => h.Id));
        Assert.Empty(await Journal.ListAsync(new(Principal.Local, null, null, RunStatus.Failed, null, 4)));
        Assert.Empty(await Journal.ListAsync(new(Principal.Local, "thread-2", null, null, null, 4)));
        Assert.Equal(6, (await Journal.ListAsync(new(Principal.Local, "thread-1", "docs", RunStatus.Running, null, 10))).Count);
    }

    [Fact]
    public async Task Recovery_finds_due_times_and_owners_that_are_gone()
    {
        await Journal.AppendAsync(Append("due", 0, 1) with { Header = Header("due", 1, owner: null) with { WakeAt = Start } });
        await Journal.AppendAsync(Append("later", 0, 1) with { Header = Header("later", 1, owner: null) with { WakeAt = Start.AddHours(1) } });
        await Journal.AppendAsync(Append("lost", 0, 1) with { Header = Header("lost", 1, owner: "si'lo") });
        await Journal.AppendAsync(Append("owned", 0, 1));
        await Journal.AppendAsync(Append("parked", 0, 1) with { Header = Header("parked", 1, owner: null) });

        Assert.Equal(["due", "lost"], await Scan(["silo-a"], null));
        Assert.Equal(["due"], await Scan(["silo-a", "si'lo"], null));
        Assert.Equal(["due", "lost", "owned"], await Scan([], null));
        Assert.Equal(["lost"], await Scan(["silo-a"], [JournalIds.PartitionOf("lost")]));
    }

    [Fact]
    public async Task Changes_come_in_the_order_of_their_time_page_by_page_whoever_owns_the_runs()
    {
        foreach (var (id, minute, owner) in new[] { ("c", 2, null), ("a", 3, "silo-a"), ("b", 3, null), ("old", 0, null), ("d", 4, "silo-a") })
        {
            await Journal.AppendAsync(Append(id, 0, 1) with { Header = Header(id, 1, owner: owner) with { UpdatedAt = Start.AddMinutes(minute) } });
        }

        await Journal.AppendAsync(Append("t", 0, 1) with { Header = Header("t", 1, owner: null) with { Kind = JournalKind.Thread, UpdatedAt = Start.AddMinutes(3) } });
        Assert.Equal(["c", "a"], await Changes(new(Start.AddMinutes(1), "", 2)));
        Assert.Equal(["b", "d"], await Changes(new(Start.AddMinutes(3), "a", 2)));
        Assert.Empty(await Changes(new(Start.AddMinutes(4), "d", 2)));

        async Task<IEnumerable<string>> Changes(ChangeFilter filter) => (await Journal.ChangesAsync(filter)).Select(h => h.Id);
    }

    [Fact]
    public async Task A_deleted_journal_is_gone_and_its_id_is_never_used_again()
    {
        await Journal.AcquireAsync("r", "late");
        await Journal.AppendAsync(Append("r", 0, 3) with { Header = Header("r", 3).Ended() });

        Assert.True(await Journal.DeleteAsync("r"));

        Assert.False(await Journal.DeleteAsync("r"));
        Assert.False(await Journal.DeleteAsync("unknown"));
        Assert.Equal(Principal.Local, (await Assert.ThrowsAsync<JournalDeletedException>(() => Journal.AcquireAsync("r", "silo-b"))).Owner);
        Assert.Equal(Principal.Local, (await Assert.ThrowsAsync<JournalDeletedException>(() => Journal.FindAsync("r"))).Owner);
        Assert.Equal(AppendOutcome.Fenced, await Journal.AppendAsync(Append("r", 0, 1)));
        Assert.Equal(AppendOutcome.Fenced, await Journal.AppendAsync(Append("r", 3, 1)));
        Assert.Empty(await Journal.ListAsync(new(Principal.Local, null, null, null, null, 10)));
    }

    [Fact]
    public async Task A_journal_that_has_not_ended_is_not_deleted()
    {
        await Journal.AppendAsync(Append("r", 0, 1));

        await Assert.ThrowsAsync<InvalidOperationException>(() => Journal.DeleteAsync("r"));
        Assert.Single(await Journal.ReadAsync("r", 0, 10));
    }

    private async Task<IEnumerable<string>> Scan(string[] live, int[]? partitions) =>
        (await Journal.ScanAsync(new(Start, live, partitions, 100))).Select(h => h.Id).Order(StringComparer.Ordinal);
}
