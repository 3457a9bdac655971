using OrleansAgents.Core.Memory;

namespace OrleansAgents.Grains.Tests.Memory;

public sealed class RetrievalTests
{
    [Fact]
    public void The_passage_with_the_words_of_the_question_comes_first_whatever_their_endings()
    {
        var index = new PassageIndex();
        index.Add(new(0, 0, "Ann", "The weather was nice.", 5));
        index.Add(new(3, 1, "Bob", "I painted the old bridges at Lake Como.", 9));
        index.Add(new(4, 2, "Ann", "Good night.", 3));

        Assert.Equal([3, 4, 0], index.Rank("Which bridge did he paint?"));
    }

    [Fact]
    public void Packing_pays_for_a_header_once_and_passes_over_what_does_not_fit()
    {
        Passage[] all = [new(0, 0, "a", "", 10), new(1, 0, "b", "", 10), new(2, 1, "a", "", 4), new(3, 1, "b", "", 2)];

        Assert.Equal([1, 2], Packing.Take([1, 2, 0, 3], i => all[i], _ => 5, 25));
        Assert.Equal([1, 2, 3], Packing.Take([1, 2, 0, 3], i => all[i], _ => 5, 26));
        Assert.Equal([1, 3], Packing.Take([1, 0, 3], i => all[i], _ => 5, 12, new HashSet<int> { 0, 2 }));
    }
}
