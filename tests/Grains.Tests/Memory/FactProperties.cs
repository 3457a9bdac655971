using CsCheck;
using OrleansAgents.Core.Facts;
using OrleansAgents.Events;
using OrleansAgents.Facts;

namespace OrleansAgents.Grains.Tests.Memory;

/// <summary>Random commands; a failing seed is printed by the runner.</summary>
public sealed class FactProperties
{
    private static readonly Gen<(int What, int Key, int Text, int Trust)[]> Moves =
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 4], Gen.Int[0, 6], Gen.Int[0, 2]).Array[1, 60];

    [Fact]
    public void Whatever_is_asked_nothing_is_lost_doubled_or_replaced_by_what_is_trusted_less() => Moves.Sample(
        moves =>
        {
            var facts = new FactScenario();
            foreach (var (what, key, text, trust) in moves)
            {
                var before = facts.State;
                _ = what switch
                {
                    < 6 => facts.Remember($"key {key}", $"text {text}", (FactTrust)trust),
                    < 8 => facts.Forget($"key {key}", asked: trust > 0),
                    _ => facts.Erase($"fact_{(key * 7) + text}"),
                };
                Kept(before, facts, isForget: what is 6 or 7);
            }

            Assert.Equal(Shown(facts.State), Shown(facts.Folded()));
        },
        iter: 3_000);

    private static void Kept(FactsState before, FactScenario facts, bool isForget)
    {
        // Every fact stays on record, and one that ended stays as it ended but for being erased.
        foreach (var old in before.Facts.Values)
        {
            var now = facts.State.Facts[old.Id];
            Assert.Equal((old.Body, old.Source, old.Trust, old.ValidFrom), (now.Body, now.Source, now.Trust, now.ValidFrom));
            Assert.True(old.ValidUntil is null || (old.ValidUntil, old.SupersededBy) == (now.ValidUntil, now.SupersededBy));
            if (now.Status == FactStatus.Superseded && old.Status == FactStatus.Valid)
            {
                Assert.True(facts.State.Facts[now.SupersededBy!].Trust > FactTrust.Tool || old.Trust == FactTrust.Tool);
            }
        }

        // At most one fact of a key from a tool and one from somebody else; no text twice on the same trust.
        var valid = facts.State.Valid.ToList();
        Assert.Equal(valid.Count, valid.DistinctBy(f => (f.Content!.Key, f.Trust == FactTrust.Tool)).Count());
        Assert.Equal(valid.Count, valid.DistinctBy(f => (f.Content!.Text, f.Trust)).Count());
        Assert.True(isForget || facts.Last.Events.Count < 2);
    }

    private static IEnumerable<string> Shown(FactsState s) => s.Facts.Values.OrderBy(f => f.Seq).Select(f => f.ToString()).Prepend($"{s.Head} {s.CreatedAt} {s.UpdatedAt}");
}
