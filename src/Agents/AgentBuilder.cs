using System.Text.Json;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Json;
using OrleansAgents.Agents.Models.Settings;

namespace OrleansAgents;

/// <summary>Declares one agent: its instructions, its model and its tools.</summary>
public sealed class AgentBuilder
{
    private readonly string _name;
    private readonly List<ToolRegistration> _tools = [];
    private string _instructions = "";
    private string _description = "";
    private string _model = ModelSettings.Default;
    private JsonElement? _output;
    private bool _remembersUser;
    private bool _allowInstructions;
    private string[]? _allowModels;
    private int _windowTokens = Core.Requests.AgentDefinition.DefaultWindowTokens;

    internal AgentBuilder(string name) => _name = name;

    internal IReadOnlyList<ToolRegistration> Tools => _tools;

    /// <summary>What the model is told first.</summary>
    public AgentBuilder Instructions(string text)
    {
        _instructions = text;
        return this;
    }

    /// <summary>What people are told about it.</summary>
    public AgentBuilder Description(string text)
    {
        _description = text;
        return this;
    }

    /// <summary>The model configuration that answers, <c>Models:&lt;name&gt;</c>. Default <c>default</c>.</summary>
    public AgentBuilder Model(string name)
    {
        _model = name;
        return this;
    }

    /// <summary>Estimated tokens that the input and the newest whole groups may take in a request. Default 24,000.</summary>
    public AgentBuilder WindowTokens(int tokens)
    {
        _windowTokens = tokens;
        return this;
    }

    /// <summary>Keeps facts about its user across their threads: its runs have the tools <c>remember</c> and <c>forget</c>, and begin with what is kept.</summary>
    /// <remarks>
    /// Off unless asked for. What is kept belongs to one user of one tenant and to all agents that remember them. Each fact comes back quoted,
    /// with its source and whose word it is: what was kept after a tool was read is untrusted unless the user said it word for word. What the
    /// program puts into an input counts as said by the user. The user lists and deletes facts with <c>/v1/facts</c>.
    /// </remarks>
    public AgentBuilder RemembersUser()
    {
        _remembersUser = true;
        return this;
    }

    /// <summary>Asks for answers in the form of a type: JSON with its properties in camelCase, enums as snake_case words.</summary>
    /// <remarks>
    /// An answer that does not fit is given back to the model with the reason; after three in a row the run fails as <c>invalid_output</c>.
    /// The type must be an object. A start may bring another schema. The demo model cannot keep to one, so such a start is refused with it.
    /// </remarks>
    public AgentBuilder Output<T>()
    {
        _output = AIJsonUtilities.CreateJsonSchema(typeof(T), serializerOptions: ToolJson.Options);
        return this;
    }

    /// <summary>Lets a start replace the agent's instructions for its run. Default: such a start is refused as <c>instructions_not_allowed</c>.</summary>
    /// <remarks>Whoever may start runs then tells the model what to do with the agent's tools. <c>Agents:&lt;name&gt;:AllowInstructions</c> wins over it.</remarks>
    public AgentBuilder AllowInstructions()
    {
        _allowInstructions = true;
        return this;
    }

    /// <summary>Lets a start choose one of these models; the agent's own needs no permission. Default: another model is refused as <c>model_not_allowed</c>.</summary>
    /// <remarks><c>Agents:&lt;name&gt;:AllowModels</c> replaces the list.</remarks>
    /// <param name="names">Model configurations, <c>Models:&lt;name&gt;</c>. One that does not exist stops the start of the program.</param>
    public AgentBuilder AllowModels(params string[] names)
    {
        _allowModels = names;
        return this;
    }

    /// <summary>Adds a C# method as a tool.</summary>
    /// <param name="method">
    /// Its parameters are what the model fills in, except a <see cref="ToolCall"/>, a <see cref="CancellationToken"/> and services of the
    /// program, which are bound and never shown. Descriptions come from <c>[Description]</c> or from XML documentation beside the assembly.
    /// </param>
    /// <param name="declare">How it may be called. Without a declared effect it is called at most once.</param>
    public AgentBuilder Tool(Delegate method, Action<ToolBuilder>? declare = null)
    {
        ArgumentNullException.ThrowIfNull(method);
        var tool = new ToolBuilder(method);
        declare?.Invoke(tool);
        _tools.Add(tool.Build());
        return this;
    }

    internal AgentDeclaration Build() => new(
        _name, _description, _instructions, [.. _tools.Select(t => t.Name)], _model, _windowTokens, _output, _remembersUser, _allowInstructions, _allowModels);
}
