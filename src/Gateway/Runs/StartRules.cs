using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Limits;

namespace OrleansAgents.Gateway.Runs;

/// <summary>What a start must look like, whatever agents there are.</summary>
internal static class StartRules
{
    private const int MaxNameLength = 200;
    private const decimal MaxCost = 1_000_000;
    private const int MaxSchemaBytes = 32 * 1024;
    private const int MaxMetadata = 16;
    private const int MaxMetadataName = 64;
    private const int MaxMetadataValue = 1024;

    /// <summary>Throws a problem that names the field.</summary>
    public static void Check(StartRequest request)
    {
        Require(request.Agent is { Length: > 0 and <= MaxNameLength }, "agent_required", "agent", "Name the agent to run.");
        InputRule.Check(request.Input);
        Require(
            request.ThreadId is null || JournalIds.CanBeThread(request.ThreadId), "invalid_request", "threadId",
            "A thread's id is thr_ and 16 to 64 letters, digits, - or _.");
        Require(request.Model is null or { Length: > 0 and <= MaxNameLength }, "invalid_request", "model", "The model's name is empty or too long.");
        Require(
            request.Instructions is null || !string.IsNullOrWhiteSpace(request.Instructions), "invalid_request", "instructions",
            "The instructions are blank; leave them out to use the agent's own.");
        InputRule.Size(request.Instructions ?? "", "instructions");
        Metadata(request.Metadata);
        Budget(request.Budget);
        Require(
            request.OutputSchema is null or { Utf8.Length: <= MaxSchemaBytes }, "invalid_request", "outputSchema",
            $"The schema may have {MaxSchemaBytes / 1024} KB at most.");
    }

    /// <summary>The request's hash, without what only shapes its answer and with its metadata in order.</summary>
    public static string HashOf(StartRequest request) => RequestHash.Of("start", null, request with
    {
        Stream = false,
        StartAt = request.StartAt?.ToUniversalTime(),
        Metadata = request.Metadata is { Count: > 0 } metadata
            ? new(metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
            : null,
    });

    private static void Metadata(Dictionary<string, string>? metadata)
    {
        Require(metadata is null or { Count: <= MaxMetadata }, "invalid_request", "metadata", $"At most {MaxMetadata} entries are kept.");
        foreach (var (name, value) in metadata ?? [])
        {
            Require(
                name.Length is > 0 and <= MaxMetadataName, "invalid_request", "metadata",
                $"A name in metadata has 1 to {MaxMetadataName} characters.");
            Require(
                value is { Length: <= MaxMetadataValue }, "invalid_request", $"metadata.{name}",
                $"A value in metadata is a string of {MaxMetadataValue} characters at most.");
        }
    }

    private static void Budget(Budget? budget)
    {
        Positive(budget?.Steps, "budget.steps");
        Positive(budget?.Tokens, "budget.tokens");
        Positive(budget?.Seconds, "budget.seconds");
        Require(
            budget?.Cost is null or (> 0 and <= MaxCost), "invalid_request", "budget.cost",
            $"budget.cost is an amount of US dollars above 0, {MaxCost} at most.");
    }

    private static void Positive(long? value, string field) =>
        Require(value is null or (> 0 and <= int.MaxValue), "invalid_request", field, $"{field} is a whole number from 1 to {int.MaxValue}.");

    private static void Require(bool met, string code, string field, string detail)
    {
        if (!met)
        {
            throw ProblemException.Invalid(code, field, detail);
        }
    }
}
