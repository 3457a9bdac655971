using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Catalog;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Tools;
using OrleansAgents.Core.Requests;
using OrleansAgents.Demo;
using OrleansAgents.Events;
using OrleansAgents.Samples.Docs;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>The demo model through the same callers as any other, with the sample agent's tools.</summary>
public sealed class DemoModelTests
{
    private const string Readme = "# Guide\n\nIt does things.\n\n## Recovery\n\nA killed silo's runs are back\nin about a second.\n";

    [Fact]
    public async Task It_searches_then_reads_then_quotes_with_the_file_named()
    {
        using var folder = new Folder().File("README.md", Readme).File("docs/other.md", "Nothing to see.");
        await using var bench = new Bench(folder);

        var turns = await bench.RunAsync("What happens when a silo is killed?");

        Assert.Equal(["search_documents", "read_document"], turns.SelectMany(t => t.Calls).Select(c => c.Tool));
        Assert.Equal("happens silo killed", turns[0].Calls[0].Arguments.GetProperty("query").GetString());
        var text = Bench.Final(turns);
        Assert.StartsWith("This is the demo model", text);
        Assert.Contains("> A killed silo's runs are back\n> in about a second.\n", text);
        Assert.Contains("— README.md, line 5", text);
        Assert.Equal(["tool_calls", "tool_calls", "stop"], turns.Select(t => t.FinishReason));
    }

    [Fact]
    public async Task It_says_the_same_when_asked_again()
    {
        using var folder = new Folder().File("README.md", Readme);
        await using var bench = new Bench(folder);

        var first = await bench.RunAsync("What about recovery?");
        var second = await bench.RunAsync("What about recovery?");

        Assert.Equal(Bench.Final(first), Bench.Final(second));
        Assert.Equal(first[0].Calls[0].ProviderCallId, second[0].Calls[0].ProviderCallId);
    }

    [Fact]
    public async Task It_says_so_when_no_document_matches()
    {
        using var folder = new Folder().File("README.md", Readme);
        await using var bench = new Bench(folder);

        Assert.EndsWith("none of them matches: platypus.", Bench.Final(await bench.RunAsync("platypus?")));
    }

    [Fact]
    public async Task It_says_so_without_tools()
    {
        using var folder = new Folder();
        await using var bench = new Bench(folder);

        var answer = await bench.AskAsync(new("plain", "", "", "default", [], 1000), [new UserMessage("Hello")]);

        Assert.Contains("no tool `search_documents`", answer.Content[0].Value.Inline);
    }

    [Fact]
    public async Task A_later_message_is_a_new_question()
    {
        using var folder = new Folder().File("README.md", Readme);
        await using var bench = new Bench(folder);
        var messages = new List<RequestMessage> { new UserMessage("recovery"), new AssistantMessage([new TextPart("…")], []), new UserMessage("platypus") };

        var answer = await bench.AskAsync(bench.Docs, messages);

        Assert.Equal("platypus", Assert.Single(answer.Calls).Arguments.GetProperty("query").GetString());
    }

    [Fact]
    public async Task Its_pace_is_a_pause_before_a_call_and_after_each_word()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        using var model = new DemoModel(10, time);
        await using var updates = model.GetStreamingResponseAsync([new(ChatRole.User, "Hello")], cancellationToken: TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await updates.MoveNextAsync());
        Assert.Equal("This ", updates.Current.Text);

        var next = updates.MoveNextAsync();
        time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.True(await next);
        Assert.Equal("is ", updates.Current.Text);
    }

    private sealed class Bench : IAsyncDisposable
    {
        private readonly ServiceProvider _provider;

        public Bench(Folder folder)
        {
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Models:default:Pace"] = "0" }).Build();
            var empty = new ConfigurationBuilder().Build();
            var services = new ServiceCollection().AddLogging().AddSingleton(Workspace.Read(empty, folder.Path)).AddDemoModel().AddAgentExecution(configuration);
            _ = new AgentsBuilder(services).AddDocsAgent();
            _provider = services.BuildServiceProvider();
        }

        public AgentDefinition Docs => _provider.GetRequiredService<IAgentCatalog>().Find("docs")!;

        public async Task<ModelAnswer> AskAsync(AgentDefinition agent, List<RequestMessage> messages)
        {
            var models = _provider.GetRequiredService<IModelCaller>();
            return Assert.IsType<ModelAnswer>(
                await models.AskAsync(models.TryEnter("default")!, new(agent, messages, "", 1), default, (_, _) => { }, TestContext.Current.CancellationToken));
        }

        /// <summary>Asks and calls until an answer has no calls.</summary>
        public async Task<List<ModelAnswer>> RunAsync(string input)
        {
            var messages = new List<RequestMessage> { new UserMessage(input) };
            var turns = new List<ModelAnswer>();
            do
            {
                turns.Add(await AskAsync(Docs, messages));
                messages.Add(new AssistantMessage(turns[^1].Content, [.. turns[^1].Calls.Select(c => new ToolCallRequest(c.ProviderCallId, c.ProviderCallId, c.Tool, c.Arguments))]));
                foreach (var call in turns[^1].Calls)
                {
                    Assert.Null(call.Invalid);
                    var result = await _provider.GetRequiredService<IToolCaller>().CallAsync(
                        call.Tool, call.Arguments, new("r", 1, call.ProviderCallId, 1, "k"), _ => { }, TestContext.Current.CancellationToken);
                    messages.Add(new ToolMessage(call.ProviderCallId, call.ProviderCallId, result.Text ?? result.Error!.Message, result.Error is not null));
                }
            }
            while (turns[^1].Calls.Count > 0);
            return turns;
        }

        public static string Final(List<ModelAnswer> turns) => string.Concat(turns[^1].Content.Select(p => p.Value.Inline));

        public ValueTask DisposeAsync() => _provider.DisposeAsync();
    }
}
