using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Memory.Compression;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Memory;

/// <summary>Has a model write a summary, and takes it only if it is one.</summary>
internal sealed class SummaryWriter(IModelCaller models, MemoryOptions options, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>The event to record: the summary, or why there is none.</summary>
    /// <param name="memory">What it comes on top of.</param>
    public async Task<ThreadEvent> WriteAsync(string model, Compressor compressor, MemoryState memory)
    {
        var (record, texts, usage) = (compressor.Record(), new List<string>(), new Usage());
        using var patience = new CancellationTokenSource(Longest, time);
        foreach (var part in SummaryRequest.Parts(record, options.InputTokens))
        {
            var request = SummaryRequest.Of(part);
            ModelOutcome outcome;
            try
            {
                if (await models.EnterAsync(model, patience.Token) is not { } place)
                {
                    return Failed("model_down", $"The model {model} is not asked at present. {models.OutageOf(model)?.Error.Message}");
                }

                outcome = await models.AskAsync(place, request, default, (_, _) => { }, patience.Token);
            }
            catch (OperationCanceledException)
            {
                return Failed("timeout", $"The summary took more than {Longest.TotalMinutes:0} minutes.");
            }

            if (outcome is not ModelAnswer { FinishReason: not "length" } answer)
            {
                return outcome is ModelFault fault ? Failed(fault.Error.Code, fault.Error.Message) : Failed("cut_short", "The answer was cut off at the model's limit.");
            }

            usage += answer.Usage;
            texts.Add(string.Concat(answer.Content.OfType<TextPart>().Select(p => p.Text.Preview)).Trim());
        }

        var text = string.Join('\n', texts);
        if (SummaryRequest.Fault(record, text, compressor.TokensBefore) is var (code, message))
        {
            return Failed(code, message);
        }

        var facts = Protected.Missing(compressor.Said(), text, out var isLost);
        if (isLost)
        {
            return Failed("protected_lost", "The summary leaves out more ids, numbers, dates, names and commitments than can be kept beside it.");
        }

        var written = compressor.Written(memory.Version + 1, model, text, facts, usage);
        return written.TokensAfter < written.TokensBefore ? written : Failed("not_shorter", $"The summary with its facts has {written.TokensAfter} tokens, what it stands for {written.TokensBefore}.");

        MemoryFailed Failed(string code, string message) => new(
            code, message, compressor.Due.FromTurn, compressor.Due.ThroughTurn, memory.Failures + 1, MemoryState.RetryAt(memory.Failures + 1, time.GetUtcNow()), usage);
    }
}
