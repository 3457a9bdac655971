using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Events;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Passages that no word of the question finds, with an embedding model on the real wire, and without.</summary>
public sealed class EmbeddingTests : IAsyncLifetime
{
    private const string Asked = "Which instrument is in the family?";

    /// <summary>Long enough that no gap between other passages takes it in.</summary>
    private static readonly string Said = $"My sister has a cello, {string.Join(' ', Enumerable.Repeat("an old one that squeaks when rain is near", 22))}.";
    private readonly Conversation _talk = new(100, "nothing");
    private readonly EmbeddingServer _server = new(["cello", "violin", "instrument"], ["parcel"]);

    public async ValueTask InitializeAsync()
    {
        await _server.StartAsync();
        await _talk.OpenAsync();
        _talk.Models.Script(r => new Reply().Text(r.LastText.StartsWith("chat", StringComparison.Ordinal) ? $"re: {Filler}" : "Well.").Finish("stop"));
    }

    public async ValueTask DisposeAsync()
    {
        await _talk.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static string Filler { get; } = string.Join(' ', Enumerable.Repeat("and so it went on all day", 100));

    [Theory]
    [InlineData(ModelSettings.OpenAi, "/v1/embeddings")]
    [InlineData(ModelSettings.AzureOpenAi, "/openai/deployments/meaning/embeddings")]
    public async Task What_a_passage_means_finds_it_in_the_first_turn_after_a_restart_too(string provider, string path)
    {
        await ConverseAsync(provider);
        await _talk.StartAsync();
        var run = await _talk.TurnAsync(Asked);

        Assert.Contains(Said, _talk.Sent());
        Assert.True((await _talk.ContextAsync(run)).Matches);
        Assert.All(_server.Received, r => Assert.Equal((path, 8), (r.Path, r.Dimensions)));
        Assert.Contains(_server.Received, r => r.Texts is [Asked]);
    }

    [Fact]
    public async Task Without_a_model_of_meaning_its_words_do_not_find_it()
    {
        await ConverseAsync(null);
        await _talk.TurnAsync(Asked);

        Assert.DoesNotContain(Said, _talk.Sent());
        Assert.Empty(_server.Received);
    }

    [Fact]
    public async Task A_passage_is_asked_for_once_while_the_thread_is_in_use_and_a_deleted_one_moves_no_other()
    {
        await _talk.StartAsync();
        var gone = await _talk.TurnAsync("My parcel is a secret.");
        await ConverseAsync(ModelSettings.OpenAi);
        Assert.Equal((1, 1, 1), (TimesAsked("cello"), TimesAsked("parcel"), TimesAsked("user: chat6")));

        Assert.Null(await _talk.Silo.Reader.DeleteAsync(Principal.Local, gone));
        await _talk.ChatAsync(1);
        await _talk.TurnAsync(Asked);

        Assert.Contains(Said, _talk.Sent());
        Assert.Equal((2, 1), (TimesAsked("cello"), TimesAsked("parcel")));
    }

    [Fact]
    public async Task A_model_of_meaning_that_fails_is_left_alone_and_the_conversation_goes_on_by_words()
    {
        _server.Fails = 500;
        await ConverseAsync(ModelSettings.OpenAi);
        var asked = _server.Received.Count;
        await _talk.TurnAsync(Asked);
        await _talk.TurnAsync("Tell me of the cello.");

        Assert.Contains(Said, _talk.Sent());
        Assert.InRange(asked, 1, 2);
        Assert.Equal(asked, _server.Received.Count);
    }

    [Fact]
    public async Task A_turn_does_not_wait_for_one_that_does_not_answer()
    {
        _server.Opens = new TaskCompletionSource().Task;
        await ConverseAsync(ModelSettings.OpenAi);

        await _talk.TurnAsync("Tell me of the cello.");

        Assert.Contains(Said, _talk.Sent());
    }

    /// <summary>How often the model was asked what a passage with the word means.</summary>
    private int TimesAsked(string word) => _server.Received.Sum(r => r.Texts.Count(t => t.Contains(word, StringComparison.Ordinal)));

    private async Task ConverseAsync(string? provider)
    {
        foreach (var (key, value) in provider is null ? [] : _server.Settings(provider))
        {
            _talk.Settings[key] = value;
        }

        // Without summaries, whose passages would come before others.
        _talk.Settings["Memory:ChunkTokens"] = "100000";
        await _talk.StartAsync();
        await _talk.TurnAsync(Said);
        await _talk.ChatAsync(8);
    }
}
