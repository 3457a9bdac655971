using CsCheck;
using OrleansAgents.Core.Memory.Retrieval;

namespace OrleansAgents.Grains.Tests.Memory;

/// <summary>Random conversations of few words, so that much is equal; a failing seed is printed by the runner.</summary>
public sealed class RetrievalProperties
{
    private static readonly string[] Vocabulary = ["tea", "milk", "painted", "painting", "Ann", "I", "yesterday", "42", "東京都"];

    private static readonly Gen<string> Text =
        Gen.Int[0, Vocabulary.Length - 1].Array[0, 6].Select(words => string.Join(' ', words.Select(w => Vocabulary[w])));

    private static readonly Gen<Passage[]> Conversation =
        Gen.Select(Gen.Int[0, 2], Gen.Bool, Text, Gen.Int[1, 9]).Array[0, 40].Select(said =>
        {
            var section = 0;
            return said.Select((x, i) => new Passage(2 * i, section += x.Item1 / 2, x.Item2 ? "Ann" : "Bob", x.Item3, x.Item4)).ToArray();
        });

    [Fact]
    public void An_index_that_was_asked_while_it_grew_ranks_like_a_new_one() =>
        Gen.Select(Conversation, Text.Array[1, 4]).Sample((passages, questions) =>
        {
            var grown = new PassageIndex();
            foreach (var passage in passages)
            {
                grown.Add(passage);
                grown.Rank(questions[grown.Count % questions.Length]);
            }

            foreach (var question in questions)
            {
                var fresh = new PassageIndex();
                Array.ForEach(passages, fresh.Add);
                var ranked = grown.Rank(question);
                Assert.Equal(fresh.Rank(question), ranked);
                Assert.Equal(passages.Select(p => p.Index), ranked.Order());
            }
        });

    [Fact]
    public void Packing_stays_within_its_budget_pays_each_header_once_and_leaves_out_only_what_does_not_fit() =>
        Gen.Select(Conversation, Gen.Int[0, 80], Gen.Int[0, 6], Gen.Bool.Array[40], Text).Sample((passages, budget, header, held, question) =>
        {
            var index = new PassageIndex();
            Array.ForEach(passages, index.Add);
            var already = passages.Where((_, i) => held[i]).Select(p => p.Index).ToHashSet();
            var ranked = index.Rank(question);
            var taken = Packing.Take(ranked, i => passages[i / 2], _ => header, budget, already);

            Assert.Equal(taken.Order().Distinct(), taken);
            Assert.DoesNotContain(taken, already.Contains);
            Assert.InRange(taken.Sum(i => passages[i / 2].Tokens) + (header * taken.Select(Section).Distinct().Count()), 0, budget);

            // Greedy: whatever stayed out did not fit beside the better ones that were taken.
            var (spent, opened) = (0, new HashSet<int>());
            foreach (var i in ranked.Except(already))
            {
                var cost = passages[i / 2].Tokens + (opened.Contains(Section(i)) ? 0 : header);
                Assert.Equal(spent + cost <= budget, taken.Contains(i));
                if (taken.Contains(i))
                {
                    spent += cost;
                    opened.Add(Section(i));
                }
            }

            int Section(int i) => passages[i / 2].Section;
        });
}
