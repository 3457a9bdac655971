using OrleansAgents.Client.Live;

namespace OrleansAgents.Grains.Tests.Live;

/// <summary>The text of an open attempt, as those get it who come late or cut it.</summary>
public sealed class OpenTextTests
{
    [Fact]
    public void A_long_text_is_pieces_that_are_shared_and_one_part_again_when_it_is_cut()
    {
        var run = new LiveTopic("run_1");
        run.Open(2, 1, 1);
        foreach (var (kind, text) in new[] { ("reasoning", "hm"), ("text", new string('a', 6_000)), ("text", new string('b', 6_000)), ("text", "c"), ("text", "d") })
        {
            run.Delta(1, 1, kind, text);
        }

        var (one, two) = (run.Subscribe(() => { }).Open!, run.Subscribe(() => { }).Open!);
        Assert.Equal([(0, 2), (2, 12_000), (12_002, 2)], one.Parts.Select(p => (p.Offset, p.Text.Length)));
        Assert.All(one.Parts.SkipLast(1).Zip(two.Parts), pair => Assert.Same(pair.First, pair.Second));
        var parts = run.Take(1, 1)!.Texts().ToList();
        Assert.Equal([("reasoning", 2), ("text", 12_002)], parts.Select(p => (p.Kind, p.Text.Length)));
        Assert.Null(run.Take(1, 1));
    }
}
