using System.Text.Json;
using OrleansAgents.Agents.Catalog;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Runs;

/// <summary>What this process can start: asked when a start or a turn is accepted, and again when the turn begins.</summary>
internal static class Startable
{
    /// <summary>The reasons why a run can never be started as it was asked for.</summary>
    public static bool IsFinal(Problem problem) =>
        problem.Code is ProblemCodes.AgentNotFound or ProblemCodes.ModelNotFound or ProblemCodes.InvalidRequest
            or ProblemCodes.InstructionsNotAllowed or ProblemCodes.ModelNotAllowed;

    /// <summary>Names the field at fault; null when the run can start.</summary>
    /// <param name="model">Null for the agent's own; so are <paramref name="instructions"/> and <paramref name="outputSchema"/>.</param>
    public static Problem? Refusal(
        IAgentCatalog catalog, string agentName, string? model, string? instructions, Budget? budget, RawJson? outputSchema)
    {
        if (catalog.Find(agentName) is not { } agent)
        {
            return new(ProblemCodes.AgentNotFound, $"There is no agent '{agentName}'; GET /v1/agents lists them.", "agent");
        }

        model ??= agent.Model;
        return !catalog.HasModel(model)
            ? new(ProblemCodes.ModelNotFound, $"There is no model '{model}'; configure Models:{model}.", "model")
            : NotAllowed(catalog.OverridesOf(agent.Name), agent.Name, model, instructions) is { } notAllowed
            ? notAllowed
            : budget?.Cost is not null && catalog.PriceOf(model) is null
            ? new(ProblemCodes.InvalidRequest, $"A budget in money needs the model's price; set Models:{model}:Price, or leave budget.cost out.", "budget.cost")
            : outputSchema is not null && OutputSchema.Flaw(SchemaOf(outputSchema)) is { } flaw
            ? new(ProblemCodes.InvalidRequest, flaw, "outputSchema")
            : (outputSchema is not null || agent.Output is not null) && catalog.IsDemo(model)
            ? new(ProblemCodes.InvalidRequest, $"The demo model cannot keep to an output schema; configure Models:{model}.", outputSchema is null ? "agent" : "outputSchema")
            : null;
    }

    private static Problem? NotAllowed(Overrides allowed, string agent, string model, string? instructions) =>
        !allowed.Allow(model)
            ? new(
                ProblemCodes.ModelNotAllowed,
                $"A start of '{agent}' may not choose the model '{model}'; leave model out, or add it to Agents:{agent}:AllowModels or to AllowModels() in code.",
                "model")
            : instructions is not null && !allowed.Instructions
            ? new(
                ProblemCodes.InstructionsNotAllowed,
                $"A start of '{agent}' may not replace its instructions; leave instructions out, or set Agents:{agent}:AllowInstructions to true or call AllowInstructions() in code.",
                "instructions")
            : null;

    public static JsonElement SchemaOf(RawJson schema) => JsonElement.Parse(schema.Utf8);
}
