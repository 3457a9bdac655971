using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Catalog;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Core.Facts;
using OrleansAgents.Core.Requests;
using OrleansAgents.Demo;

namespace OrleansAgents.Grains.Tests.Memory;

/// <summary>An agent remembers its user where its program or its configuration says so, and nowhere else.</summary>
public sealed class RemembersUserTests
{
    [Fact]
    public void It_is_off_until_it_is_asked_for()
    {
        Assert.Equal([], ToolsOf(a => a.Instructions("Serve.")));
        Assert.Equal(["remember", "forget"], ToolsOf(a => a.Instructions("Serve.").RemembersUser()));
        Assert.Equal(["remember", "forget"], ToolsOf(a => a.Instructions("Serve."), ("Agents:shop:RemembersUser", "true")));
        Assert.Equal([], ToolsOf(a => a.Instructions("Serve.").RemembersUser(), ("Agents:shop:RemembersUser", "false")));
        Assert.Equal(["remember", "forget"], ToolsOf(a => a.Instructions("Serve.").RemembersUser(), ("Agents:shop:Instructions", "Serve well.")));
    }

    [Theory]
    [InlineData("Agents:shop:RemembersUser", "yes", "Agents:shop:RemembersUser is 'yes'; give true or false.")]
    [InlineData("Agents:shop:Tools", "forget", "Agents:shop:Tools names 'forget', which an agent has that remembers its user; set Agents:shop:RemembersUser to true, or call RemembersUser() in code.")]
    public void Anything_else_stops_the_start_with_the_remedy(string key, string value, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<InvalidSettingException>(() => ToolsOf(a => a.Instructions("Serve."), (key, value))).Message);

    [Fact]
    public void Other_agents_definitions_are_what_they_were()
    {
        var plain = new AgentDefinition("shop", "", "Serve.", "default", [], AgentDefinition.DefaultWindowTokens);
        Assert.Equal(plain.ToBody(), Find(a => a.Instructions("Serve.")).ToBody());
        Assert.False(FactTool.IsIn(plain));
    }

    private static IEnumerable<string> ToolsOf(Action<AgentBuilder> agent, params (string Key, string Value)[] settings) =>
        Find(agent, settings).Tools.Select(t => t.Name);

    private static AgentDefinition Find(Action<AgentBuilder> agent, params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))).Build();
        _ = services.AddLogging().AddDemoModel().AddAgentExecution(configuration);
        _ = new AgentsBuilder(services).AddAgent("shop", agent);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IAgentCatalog>().Find("shop")!;
    }
}
