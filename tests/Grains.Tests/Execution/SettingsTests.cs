using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Catalog;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Demo;
using OrleansAgents.Samples.Docs;

namespace OrleansAgents.Grains.Tests.Execution;

public sealed class SettingsTests
{
    [Fact]
    public void With_nothing_configured_the_demo_model_answers()
    {
        using var services = Services();

        Assert.True(services.GetRequiredService<IAgentCatalog>().IsDemo("default"));
        Assert.Equal("docs", Assert.Single(services.GetRequiredService<IAgentCatalog>().Agents).Name);
        Assert.Equal(4096, services.GetRequiredService<IAgentCatalog>().MaxOutputTokens("default"));
        Assert.False(services.GetRequiredService<IAgentCatalog>().HasModel("other"));
    }

    [Fact]
    public void The_key_of_OpenAI_alone_is_enough()
    {
        var model = Assert.Single(ModelSettings.Read(Of(("OPENAI_API_KEY", "sk-1"))));

        Assert.Equal(new ModelSettings("default", "openai", null, "gpt-4.1-mini", "sk-1"), model);
    }

    [Fact]
    public void The_key_of_OpenAI_is_never_for_another_server()
    {
        var model = ModelSettings.Read(Of(("OPENAI_API_KEY", "sk-1"), ("Models:default:Endpoint", "http://localhost:1/v1"), ("Models:default:Model", "m")))[0];

        Assert.Equal(("openai", null), (model.Provider, model.ApiKey));
    }

    [Fact]
    public void An_unencrypted_endpoint_off_this_machine_is_taken_where_the_setting_says_so()
    {
        var model = ModelSettings.Read(Of(("Models:default:Endpoint", "http://ollama:11434/v1"), ("Models:default:Model", "m"), ("Models:default:AllowHttp", "true")))[0];

        Assert.Equal(new Uri("http://ollama:11434/v1"), model.Endpoint);
    }

    [Fact]
    public void A_configured_model_has_its_values()
    {
        var model = ModelSettings.Read(Of(
            ("Models:fast:Provider", "OpenAI"), ("Models:fast:Endpoint", "https://x.test/v1"), ("Models:fast:Model", "m"), ("Models:fast:ApiKey", "k"),
            ("Models:fast:MaxConcurrent", "2"), ("Models:fast:MaxOutputTokens", "10"), ("Models:fast:StallSeconds", "5"), ("Models:fast:Pace", "0"),
            ("Models:fast:Price:Input", "0.15"), ("Models:fast:Price:Output", "0.6")))[0];

        Assert.Equal(new ModelSettings("fast", "openai", new Uri("https://x.test/v1"), "m", "k", 0, 2, 10, 5, new(0.15m, 0.15m, 0.6m)), model);
    }

    [Theory]
    [InlineData("Models:default:Provider", "opnai", "Models:default:Provider is 'opnai'; use demo, openai or azure-openai.")]
    [InlineData("Models:default:Provider", "azure-openai", "Models:default:Endpoint is missing; name the Azure OpenAI resource, such as https://name.openai.azure.com.")]
    [InlineData("Models:default:Provider", "openai", "Models:default:ApiKey is missing; set it or OPENAI_API_KEY, or Models:default:Endpoint for a server without keys.")]
    [InlineData("Models:default:Endpoint", "localhost:1234", "Models:default:Endpoint is 'localhost:1234'; use an http or https address.")]
    [InlineData("Models:default:Endpoint", "http://10.0.0.7/v1", "Models:default:Endpoint is 'http://10.0.0.7/v1', which sends the key and every conversation unencrypted; use https, or set Models:default:AllowHttp to true for a network that you trust.")]
    [InlineData("Models:default:Endpoint", "http://localhost:1234/v1", "Models:default:Model is missing; name a model of the server at Models:default:Endpoint.")]
    [InlineData("Models:default:Pace", "fast", "Models:default:Pace is 'fast'; use a whole number from 0 to 10000.")]
    [InlineData("Models:default:MaxConcurrent", "0", "Models:default:MaxConcurrent is '0'; use a whole number from 1 to 10000.")]
    [InlineData("Models:default:Modle", "x", "Models:default:Modle is not a known key; known are Provider, Endpoint, Model, ApiKey, Pace, MaxConcurrent, MaxOutputTokens, StallSeconds, FirstTokenSeconds, MaxSeconds, AllowHttp, Price, Api, OutputLimit, StreamOptions, Structured, Strict, ParallelCalls, Temperature, TopP, ReasoningEffort, ReasoningSummary, EncryptedReasoning, AlternatesRoles, CallIds, ApiVersion, Body, Headers.")]
    [InlineData("Models:default:Price", "3", "Models:default:Price is a plain value; set Models:default:Price:Input and its neighbours instead.")]
    [InlineData("Models:default:Price:Input", "2.50", "Models:default:Price:Output is missing; set the US dollars for a million tokens.")]
    [InlineData("Models:default:Price:Output", "10", "Models:default:Price:Input is missing; set the US dollars for a million tokens.")]
    [InlineData("Models:default:Price:Input", "2,50", "Models:default:Price:Input is '2,50'; use US dollars from 0 to 1000000, with a point, such as 2.50.")]
    [InlineData("Models:default:Price:Input", "-1", "Models:default:Price:Input is '-1'; use US dollars from 0 to 1000000, with a point, such as 2.50.")]
    [InlineData("Models:default:Price:Cached", "1", "Models:default:Price:Cached is not a known key; known are Input, CachedInput, Output.")]
    [InlineData("Models:default", "demo", "Models:default is a plain value; set Models:default:Provider and its neighbours instead.")]
    [InlineData("Agents:docs:Model", "fast", "Agents:docs:Model is 'fast', which is not configured; models are default.")]
    [InlineData("Agents:docs:Tools:0", "erase", "Agents:docs:Tools names 'erase', which is not a tool; tools are list_documents, search_documents, read_document.")]
    [InlineData("Agents:new:Model", "default", "Agents:new:Instructions is missing.")]
    [InlineData("Agents:docs:Tols", "x", "Agents:docs:Tols is not a known key; known are Instructions, Description, Model, Tools, RemembersUser, AllowInstructions, AllowModels.")]
    [InlineData("Agents:docs:AllowModels", "default, fast", "Agents:docs:AllowModels names 'fast', which is not configured; models are default.")]
    [InlineData("Agents:docs:AllowModels:0", "fast", "Agents:docs:AllowModels names 'fast', which is not configured; models are default.")]
    [InlineData("Agents:docs:AllowInstructions", "yes", "Agents:docs:AllowInstructions is 'yes'; give true or false.")]
    [InlineData("Workspace", "./docs", "Workspace is a plain value; set Workspace:Path instead.")]
    [InlineData("Workspace:Path", "/no/such/place", "Workspace:Path names '/no/such/place', which does not exist.")]
    public async Task A_wrong_value_stops_the_start_with_a_sentence_that_names_the_key(string key, string value, string sentence)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        _ = builder.Configuration.AddConfiguration(Of((key, value)));
        _ = builder.Services.AddLogging().AddDemoModel().AddAgentExecution(builder.Configuration);
        _ = new AgentsBuilder(builder.Services).AddDocsAgent();
        using var host = builder.Build();

        var e = await Assert.ThrowsAsync<InvalidSettingException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(sentence, e.Message);
    }

    [Fact]
    public void Agents_come_from_code_and_configuration_and_configuration_wins()
    {
        using var services = Services(
            s => s.AddTool(new(() => "x", "look")).AddAgent(new("refunds", "Pays back.", "Look first.", ["look"])),
            ("Agents:refunds:Instructions", "Look twice."), ("Agents:helper:Instructions", "Help."), ("Agents:helper:Tools:0", "look"));
        var catalog = services.GetRequiredService<IAgentCatalog>();

        Assert.Equal(["docs", "refunds", "helper"], catalog.Agents.Select(a => a.Name));
        Assert.Equal(("Pays back.", "Look twice."), (catalog.Find("refunds")!.Description, catalog.Find("refunds")!.Instructions));
        Assert.Equal("look", Assert.Single(catalog.Find("helper")!.Tools).Name);
        Assert.Equal(["list_documents", "search_documents", "read_document"], catalog.Find("docs")!.Tools.Select(t => t.Name));
    }

    [Fact]
    public void What_a_start_may_replace_is_nothing_unless_code_or_configuration_allows_it_and_configuration_wins()
    {
        using var services = Services(
            s => s.AddAgent(new("strict", "", "Obey.", [])).AddAgent(new("open", "", "Obey.", [], AllowInstructions: true, AllowModels: ["fast", "Default"])),
            ("Models:fast:Provider", "demo"), ("Models:large:Provider", "demo"),
            ("Agents:strict:AllowModels", "large, fast"), ("Agents:open:AllowInstructions", "false"), ("Agents:open:AllowModels:0", "large"),
            ("Agents:own:Instructions", "Obey."), ("Agents:own:AllowInstructions", "True"), ("Agents:own:Model", "fast"));
        var catalog = services.GetRequiredService<IAgentCatalog>();
        string Of(string agent) => $"{catalog.OverridesOf(agent).Instructions} {string.Join(' ', catalog.OverridesOf(agent).Models)}";

        Assert.Equal("False default", Of("docs"));
        Assert.Equal("False default large fast", Of("strict"));
        Assert.Equal("False default large", Of("open"));
        Assert.Equal("True fast", Of("own"));
    }

    [Fact]
    public void Two_tools_of_one_name_are_refused()
    {
        using var services = Services(s => s.AddTool(new(() => "", "look")).AddTool(new(() => "", "look")));

        var e = Assert.Throws<InvalidSettingException>(services.GetRequiredService<IAgentCatalog>);
        Assert.Equal("There are two tools named 'look'; give one of them another name, or declare it alike in both agents.", e.Message);
    }

    [Theory]
    [InlineData(null, null, "code")]
    [InlineData("Models:default:Provider", "demo", "demo")]
    [InlineData("OPENAI_API_KEY", "k", "openai")]
    [InlineData("Models:other:Provider", "demo", "code")]
    public void A_client_that_the_program_has_answers_where_no_model_is_configured(string? key, string? value, string provider)
    {
        using var client = ScriptedClient.Of();
        using var services = Services(s => s.AddSingleton<IChatClient>(client), key is null ? [] : [(key, value!)]);

        Assert.Equal(provider, services.GetRequiredService<ModelRegistry>().Find("default")!.Settings.Provider);
    }

    [Fact]
    public void A_client_given_in_code_wins_over_the_configuration()
    {
        using var client = ScriptedClient.Of();
        using var services = Services(s => s.AddModel("default", client));

        Assert.Equal("code", services.GetRequiredService<ModelRegistry>().Find("default")!.Settings.Provider);
        Assert.False(services.GetRequiredService<IAgentCatalog>().IsDemo("default"));
    }

    [Theory]
    [InlineData("30", 30 * 24.0)]
    [InlineData("0.12:00:00", 12)]
    public void Ended_runs_are_kept_for_a_time_that_is_configured(string text, double hours) =>
        Assert.Equal(TimeSpan.FromHours(hours), Silo.SiloHosting.ReadOptions(Of(("Retention:Ended", text))).KeepEnded);

    [Fact]
    public void Ended_runs_are_kept_for_ever_unless_it_is_configured() => Assert.Null(Silo.SiloHosting.ReadOptions(Of()).KeepEnded);

    [Theory]
    [InlineData("thirty"), InlineData("0"), InlineData("-1"), InlineData("36501"), InlineData("30d")]
    public void A_time_that_is_none_is_refused_before_anything_is_deleted(string text) => Assert.Contains(
        $"Retention:Ended is '{text}'", Assert.Throws<InvalidOperationException>(() => Silo.SiloHosting.ReadOptions(Of(("Retention:Ended", text)))).Message);

    private static ServiceProvider Services(Action<IServiceCollection>? more = null, params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection().AddLogging().AddDemoModel().AddAgentExecution(Of(settings));
        _ = new AgentsBuilder(services).AddDocsAgent();
        more?.Invoke(services);
        return services.BuildServiceProvider();
    }

    private static IConfiguration Of(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build();
}
