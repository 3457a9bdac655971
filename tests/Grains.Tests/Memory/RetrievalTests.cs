using OrleansAgents.Core.Memory.Retrieval;

namespace OrleansAgents.Grains.Tests.Memory;

/// <summary>One small conversation for each thing that ranking looks at; what is asked for would not come first without it.</summary>
public sealed class RetrievalTests
{
    [Theory]
    [InlineData("Which bridge did he paint?", "I painted the old bridges at Como.")]
    [InlineData("the stories", "One story is enough.")]
    [InlineData("planning", "My plans are done.")]
    [InlineData("adopt a dog", "The adoption took a year.")]
    [InlineData("where is HAT136", "It is hat136, I think.")]
    [InlineData("cost of the CAFÉ", "The café was cheap.")]
    [InlineData("東京タワーはどこ", "昨日東京に行きました。")]
    [InlineData("дом на реке", "Мой ДОМ стоит у воды.")]
    [InlineData("Anns dont", "Ann's aunt. Don’t.")]
    public void A_word_is_found_in_its_other_forms_and_in_any_script(string question, string answer) =>
        Assert.Equal(1, First(question, "The weather was nice.", answer, "Good night to all."));

    [Fact]
    public void An_answer_that_repeats_no_word_of_its_question_comes_before_small_talk_of_its_section() =>
        Assert.Equal([1, 2], Ranked(
            "Which instrument did you learn?",
            (0, "a", "Hello, nice to see you."), (0, "b", "Which instrument did you learn?"), (0, "a", "The cello."), (0, "b", "Oh."), (0, "a", "So."), (0, "b", "Bye.")).Take(2));

    [Fact]
    public void Two_words_of_the_question_in_neighbours_are_more_than_one_word_said_twice() =>
        Assert.Equal(3, Ranked(
            "cello teacher",
            (0, "a", "The cello, the cello."), (0, "b", "Fine."), (1, "a", "My cello is old."), (1, "b", "Is the teacher good?"), (2, "a", "Bye, teacher."))[0]);

    [Fact]
    public void Of_two_equal_passages_the_one_whose_section_is_about_the_question_comes_first() =>
        Assert.Equal([0, 4], Ranked(
            "garden plans",
            (0, "a", "The garden is done."), (0, "b", "Well."), (0, "a", "So."), (0, "b", "All the plans of plans."), (1, "a", "The garden is done."), (1, "b", "Well."))
            .Where(i => i is 0 or 4));

    [Fact]
    public void A_speaker_whom_the_question_names_comes_before_one_who_is_greeted_by_that_name()
    {
        (int, string, string)[] said = [(0, "Ann", "Bread is baked slowly here on Monday."), (1, "Bob", "Ann, bread is baked."), (2, "Bob", "Ann!")];

        Assert.Equal(0, Ranked("Does Ann bake bread?", said)[0]);
        Assert.Equal(1, Ranked("Does Bob bake bread?", said)[0]);
    }

    [Fact]
    public void A_named_speaker_who_speaks_of_himself_comes_first()
    {
        (int, string, string)[] said = [(0, "Ann", "My bread is baked."), (1, "Ann", "The bread is baked.")];

        Assert.Equal(0, Ranked("Does Ann bake bread?", said)[0]);
        Assert.Equal(1, Ranked("Does he bake bread?", said)[0]);
    }

    [Fact]
    public void What_the_best_passage_tells_leads_to_others_that_the_question_does_not_name() =>
        Assert.Equal([0, 1], Ranked(
            "Which pet was sick?",
            (0, "a", "The pet was sick: Rex."), (1, "b", "Rex sleeps."), (2, "a", "Good night."), (3, "b", "Fine weather.")).Take(2));

    [Fact]
    public void Of_equals_the_newest_comes_first()
    {
        (int, string, string)[] said = [(0, "a", "tea"), (1, "a", "tea"), (2, "a", "milk"), (3, "a", "milk")];

        Assert.Equal([1, 0, 3, 2], Ranked("tea", said));
        Assert.Equal([3, 2, 1, 0], Ranked("", said));
        Assert.Equal([3, 2, 1, 0], Ranked("who are you and what is it", said));
        Assert.Empty(Ranked("tea"));
    }

    [Fact]
    public void What_a_passage_means_comes_before_what_nothing_finds_and_after_what_the_words_find()
    {
        var index = new PassageIndex();
        var vectors = new Vectors();
        foreach (var (text, vector) in new[] { ("A cello at home.", new[] { 0.6f, 0.8f }), ("Fine weather.", [1, 0]), ("The family sleeps.", [1, 0]), ("Not yet asked for.", []) })
        {
            index.Add(new(index.Count, index.Count, "a", text, 1));
            if (vector.Length > 0)
            {
                vectors.Add(vector);
            }
        }

        Assert.Equal([2, 3, 1, 0], index.Rank("family music"));
        Assert.Equal([2, 0, 3, 1], index.Rank("family music", null, vectors.Nearness([0, 1])));
        Assert.Equal([1.0, 0, 0], vectors.Nearness([0, 1]));
    }

    [Fact]
    public void What_all_passages_have_in_common_with_a_question_is_no_nearness()
    {
        var vectors = new Vectors();
        foreach (var vector in new float[][] { [0.8f, 0.6f], [0.6f, 0.8f], [0.8f, 0.6f] })
        {
            vectors.Add(vector);
        }

        Assert.Equal([0.0, 1, 0], vectors.Nearness([0, 1]));
    }

    [Fact]
    public void Vectors_that_tell_nothing_apart_change_nothing()
    {
        var vectors = new Vectors();
        Assert.Empty(vectors.Nearness([1, 0]));
        vectors.Add([1, 0]);
        vectors.Add([1, 0]);

        Assert.Equal([0.0, 0], vectors.Nearness([1, 0]));
        Assert.Throws<ArgumentException>(() => vectors.Add([1]));
    }

    [Fact]
    public void Passages_out_of_order_are_refused()
    {
        var index = new PassageIndex();
        index.Add(new(7, 0, "a", "tea", 1));

        Assert.Equal([7], index.Rank("tea"));
        Assert.Throws<ArgumentException>(() => index.Add(new(7, 0, "a", "tea", 1)));
    }

    private static int First(string question, params string[] texts) => Ranked(question, [.. texts.Select((t, i) => (i, "a", t))])[0];

    private static IReadOnlyList<int> Ranked(string question, params (int Section, string Speaker, string Text)[] said)
    {
        var index = new PassageIndex();
        foreach (var (section, speaker, text) in said)
        {
            index.Add(new(index.Count, section, speaker, text, 1));
        }

        return index.Rank(question);
    }
}
