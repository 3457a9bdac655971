using System.ComponentModel;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Catalog;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Demo;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>Agents declared in code, as a user writes them.</summary>
public sealed class AuthoringTests
{
    [Fact]
    public void A_method_is_a_tool_under_its_own_name_and_only_its_arguments_are_shown()
    {
        using var services = Declare(a => a.Instructions("Look first.").Tool(FindOrderAsync, t => t.ReadOnly()));
        var agent = services.GetRequiredService<IAgentCatalog>().Find("shop")!;
        var tool = Assert.Single(agent.Tools);

        Assert.Equal(("Look first.", "find_order", "Finds an order.", ToolEffect.ReadOnly), (agent.Instructions, tool.Name, tool.Description, tool.Effect));
        Assert.Equal(["id"], tool.Parameters.GetProperty("properties").EnumerateObject().Select(p => p.Name));
        Assert.Equal("Its number.", tool.Parameters.GetProperty("properties").GetProperty("id").GetProperty("description").GetString());
    }

    [Fact]
    public void A_local_function_has_its_name_and_a_lambda_must_be_given_one()
    {
        static string LookUp(string word) => word;
        using var services = Declare(a => a.Tool(LookUp).Tool((int n) => n, t => t.Name("count")));

        Assert.Equal(["look_up", "count"], services.GetRequiredService<IAgentCatalog>().Find("shop")!.Tools.Select(t => t.Name));
        var e = Assert.Throws<InvalidSettingException>(() => Declare(a => a.Tool((int n) => n)));
        Assert.Equal("A tool made of a lambda has no name; give it one with .Name(\"…\").", e.Message);
    }

    [Fact]
    public void A_permission_changes_what_a_start_may_replace_and_no_hash_that_pins_runs()
    {
        using var strict = Declare(a => a.Instructions("Look first."), b => b.AddModel("fast", _ => ScriptedClient.Of()));
        using var open = Declare(a => a.Instructions("Look first.").AllowInstructions().AllowModels("fast"), b => b.AddModel("fast", _ => ScriptedClient.Of()));
        var (before, after) = (strict.GetRequiredService<IAgentCatalog>(), open.GetRequiredService<IAgentCatalog>());

        Assert.Equal(before.Find("shop")!.ToBody(), after.Find("shop")!.ToBody());
        Assert.Equal((false, true), (before.OverridesOf("shop").Instructions, after.OverridesOf("shop").Instructions));
        Assert.Equal((false, true), (before.OverridesOf("shop").Allow("FAST"), after.OverridesOf("shop").Allow("FAST")));
    }

    [Fact]
    public void A_model_that_is_allowed_and_not_configured_stops_the_start()
    {
        using var services = Declare(a => a.AllowModels("fast"));

        var e = Assert.Throws<InvalidSettingException>(services.GetRequiredService<IAgentCatalog>);
        Assert.Equal("Agents:shop:AllowModels names 'fast', which is not configured; models are default.", e.Message);
    }

    [Fact]
    public void Two_agents_share_a_tool_that_they_declare_alike()
    {
        using var services = Declare(
            a => a.Tool(FindOrderAsync, t => t.ReadOnly()),
            b => b.AddAgent("other", a => a.Tool(FindOrderAsync, t => t.ReadOnly())));

        Assert.Equal("find_order", Assert.Single(services.GetRequiredService<IAgentCatalog>().Find("other")!.Tools).Name);
    }

    [Fact]
    public void Two_agents_of_one_name_stop_the_start()
    {
        using var services = Declare(a => a.Instructions("One."), b => b.AddAgent("Shop", a => a.Instructions("Two.")));

        var e = Assert.Throws<InvalidSettingException>(services.GetRequiredService<IAgentCatalog>);
        Assert.Equal("There are two agents named 'Shop'; give one of them another name.", e.Message);
    }

    [Theory]
    [InlineData("""{"amount": 50}""", false)]
    [InlineData("""{"amount": 51}""", true)]
    [InlineData("""{"amount": 79228162514264337593543950336}""", true)]
    public void An_approval_rule_reads_the_arguments_and_one_that_throws_counts_as_yes(string arguments, bool held)
    {
        using var services = Declare(a => a.Tool(Pay, t => t.NeedsApproval(call => call.Get<decimal>("amount") > 50)));
        var catalog = services.GetRequiredService<IAgentCatalog>();

        var hold = catalog.HoldOf("pay", JsonElement.Parse(arguments));

        Assert.Equal(held, hold is { Approvable: true });
        Assert.True(catalog.AsksForApproval("pay"));
    }

    [Theory]
    [InlineData("erase", "{}", "erase is no tool of this build.")]
    [InlineData("pay", """{"sum": 1}""", "pay takes other arguments in this build:")]
    public void A_call_of_a_tool_that_is_gone_or_has_changed_names_it(string tool, string arguments, string why)
    {
        using var services = Declare(a => a.Tool(Pay));

        var hold = services.GetRequiredService<IAgentCatalog>().HoldOf(tool, JsonElement.Parse(arguments))!;

        Assert.StartsWith(why, hold.Why, StringComparison.Ordinal);
        Assert.False(hold.Approvable);
    }

    /// <summary>A service that the program forgot to register.</summary>
    public sealed class Shop(string file)
    {
        public int Length => file.Length;
    }

    public static TheoryData<Delegate, string> Misuses { get; } = new()
    {
        { (Action then) => then(), "Parameter 'then' of tool 'act' of agent 'shop' is Action, which has no form in JSON." },
        { (Stream body) => body.Length, "Parameter 'body' of tool 'act' of agent 'shop' is Stream, which has no form in JSON." },
        { (IDisposable thing) => thing.Dispose(), "Parameter 'thing' of tool 'act' of agent 'shop' is IDisposable, which nobody can make of JSON:" },
        { (Shop shop) => shop.Length, "Parameter 'shop' of tool 'act' of agent 'shop' is Shop, whose constructor takes what is no property of it." },
        { (List<Shop> shops) => shops.Count, "Parameter 'shops' of tool 'act' of agent 'shop' is List<Shop>, whose constructor takes" },
    };

    [Theory]
    [MemberData(nameof(Misuses), DisableDiscoveryEnumeration = true)]
    public void A_parameter_that_no_model_can_fill_in_stops_the_start_with_its_name(Delegate method, string why)
    {
        using var services = Declare(a => a.Tool(method, t => t.Name("act").ReadOnly()));

        var e = Assert.Throws<InvalidSettingException>(services.GetRequiredService<IAgentCatalog>);

        Assert.StartsWith(why, e.Message, StringComparison.Ordinal);
        Assert.Contains("Register it as a service", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_approval_rule_that_reads_no_parameter_of_its_tool_stops_the_start()
    {
        using var services = Declare(a => a.Tool(Pay, t => t.NeedsApproval(call => call.Get<decimal>("sum") > 50)));

        var e = Assert.Throws<InvalidSettingException>(services.GetRequiredService<IAgentCatalog>);

        Assert.Equal("The approval rule of tool 'pay' of agent 'shop' reads 'sum', which is not a parameter of it; parameters are amount.", e.Message);
    }

    [Fact]
    public void Records_lists_and_maps_are_arguments()
    {
        using var services = Declare(a => a.Tool(
            (Address to, IReadOnlyList<Address> also, Dictionary<string, int> counts, JsonElement any, DayOfWeek? day, object rest) => to.City, t => t.Name("send").ReadOnly()));

        Assert.Single(services.GetRequiredService<IAgentCatalog>().Find("shop")!.Tools);
    }

    private sealed record Address(string City, Uri? Map = null);

    [Description("Finds an order.")]
    private static Task<string> FindOrderAsync([Description("Its number.")] string id, TimeProvider time, ToolCall call, CancellationToken cancellation) =>
        Task.FromResult($"{id} {call.CallId} {time} {cancellation.CanBeCanceled}");

    private static decimal Pay(decimal amount) => amount;

    private static ServiceProvider Declare(Action<AgentBuilder> agent, Action<AgentsBuilder>? more = null)
    {
        var services = new ServiceCollection();
        _ = services.AddLogging().AddDemoModel().AddAgentExecution(new ConfigurationBuilder().Build());
        var builder = new AgentsBuilder(services).AddAgent("shop", agent);
        more?.Invoke(builder);
        return services.BuildServiceProvider();
    }
}
