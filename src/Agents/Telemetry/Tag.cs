using OrleansAgents.Telemetry;

namespace OrleansAgents.Agents.Telemetry;

/// <summary>Attribute names: the GenAI conventions' where they have one, else ours.</summary>
internal static class Tag
{
    public const string Operation = "gen_ai.operation.name";
    public const string Provider = "gen_ai.provider.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string Stream = "gen_ai.request.stream";
    public const string FinishReasons = "gen_ai.response.finish_reasons";
    public const string FirstChunk = "gen_ai.response.time_to_first_chunk";
    public const string InputTokens = "gen_ai.usage.input_tokens";
    public const string OutputTokens = "gen_ai.usage.output_tokens";
    public const string CacheReadTokens = "gen_ai.usage.cache_read.input_tokens";
    public const string ReasoningTokens = "gen_ai.usage.reasoning.output_tokens";
    public const string TokenType = "gen_ai.token.type";
    public const string AgentName = "gen_ai.agent.name";
    public const string AgentVersion = "gen_ai.agent.version";
    public const string Conversation = "gen_ai.conversation.id";
    public const string ToolName = "gen_ai.tool.name";
    public const string ToolCallId = "gen_ai.tool.call.id";
    public const string ToolType = "gen_ai.tool.type";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
    public const string ErrorType = "error.type";

    public const string RunId = AgentTelemetry.RunId;
    public const string RunStatus = "orleans_agents.run.status";
    public const string RunReason = "orleans_agents.run.reason";
    public const string RunState = "orleans_agents.run.state";
    public const string PendingKind = "orleans_agents.pending.kind";
    public const string Step = "orleans_agents.step";
    public const string StepKind = "orleans_agents.step.kind";
    public const string Attempt = "orleans_agents.attempt";
    public const string EventType = AgentTelemetry.EventType;
    public const string Outcome = "orleans_agents.append.outcome";
    public const string Model = "orleans_agents.model";
    public const string Takeover = "orleans_agents.takeover";
}
