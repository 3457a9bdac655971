using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Agents.Models.Wire;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Agents.Models;

/// <inheritdoc cref="IModelCaller"/>
internal sealed class ModelCaller(ModelRegistry models, TimeProvider time) : IModelCaller
{
    public ModelPlace? TryEnter(string model) => models.Find(model) is not { } registered
        ? new(model, null, probe: false)
        : registered.Gate.TryEnter() is { } probe ? new(model, registered, probe) : null;

    public async Task<ModelPlace?> EnterAsync(string model, CancellationToken cancellation) => models.Find(model) is not { } registered
        ? new(model, null, probe: false)
        : await registered.Gate.EnterAsync(cancellation) is { } probe ? new(model, registered, probe) : null;

    public ModelOutage? OutageOf(string model) => models.Find(model) is { } registered
        ? registered.Gate.Down
        : new(WaitReason.Provider, ModelFaults.UnknownModel(model).Error, time.GetUtcNow());

    public void Retry(string model) => models.Find(model)?.Gate.Retry();

    public async Task<ModelOutcome> AskAsync(ModelPlace place, ModelRequest request, CallBudget budget, DeltaSink onDelta, CancellationToken cancellation)
    {
        ModelOutcome? outcome = null;
        try
        {
            outcome = place.Model is { } model ? await StreamAsync(model, request, budget, onDelta, cancellation) : ModelFaults.UnknownModel(place.Name);

            // All runs of the model wait for the same probe.
            var rest = place.Leave(SaysNothing(outcome) ? null : outcome);
            return outcome is ModelFault { Kind: FaultKind.Provider } fault ? fault with { RetryAfter = rest } : outcome;
        }
        finally
        {
            place.Leave(outcome);
        }
    }

    /// <summary>A call that its run's budget cut before the answer began says nothing of the provider.</summary>
    private static bool SaysNothing(ModelOutcome outcome) => outcome is ModelFault { Error.Code: ErrorCodes.Budget };

    private async Task<ModelOutcome> StreamAsync(
        RegisteredModel model, ModelRequest request, CallBudget budget, DeltaSink onDelta, CancellationToken cancellation)
    {
        var answer = new AnswerBuilder(onDelta);
        var bound = new OutputBound(model.Settings.MaxOutputTokens, budget.OutputTokens);
        using var watch = new CallWatch(model.Limits, budget.Time, time, cancellation);
        try
        {
            var told = ModelAttempt.Current;
            told?.Leave();
            await using var stream = await model.Wire.SendAsync(request, watch.Token);
            for (var goesOn = true; goesOn && !bound.IsMetBy(answer);)
            {
                goesOn = await stream.ReadAsync(answer, watch.Token);
                if (goesOn || answer.HasBegun)
                {
                    // The first piece may be the last.
                    told?.Seen();
                }

                watch.Seen();
                if (answer.HasBegun)
                {
                    watch.Began();
                }
            }
        }
        catch (Exception) when (cancellation.IsCancellationRequested && answer.Finish is null)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (Exception) when (answer.Finish is not null || bound.IsMet)
        {
            // With its finish reason the answer is whole, whatever happens to the connection afterwards.
        }
        catch (Exception e)
        {
            return watch.Met is CallLimit.None ? Used(ModelFaults.From(e, model.Settings, time), answer, request, model) : Cut(watch.Met, answer, request, model);
        }

        // A client may also take its cancelled token for the end of the stream.
        if (answer.Finish is null && !bound.IsMet && watch.Token.IsCancellationRequested)
        {
            cancellation.ThrowIfCancellationRequested();
            return Cut(watch.Met, answer, request, model);
        }

        return bound.IsMet && answer.Finish is null
            ? Cut(bound.IsBudget ? CallLimit.Budget : CallLimit.Length, answer, request, model)
            : Judge(answer, request, model.Settings);
    }

    private static ModelOutcome Judge(AnswerBuilder answer, ModelRequest request, ModelSettings model)
    {
        if (answer.Finish == ChatFinishReason.ContentFilter || answer.Error?.ErrorCode is ChatAnswer.Refused or "content_filter")
        {
            return ModelFaults.Filtered(answer.Error?.Message, model);
        }

        if (answer.Error is { } error)
        {
            return ModelFaults.Chunk(error.ErrorCode, error.Message, model) with { Used = UsedBy(answer, request, model.Price) };
        }

        if (answer.Finish is null)
        {
            return ModelFaults.StreamCut() with { Used = UsedBy(answer, request, model.Price) };
        }

        var cut = answer.Finish == ChatFinishReason.Length;
        if (answer.Calls.Count == 0 && !answer.HasText && request.Definition.Output is null)
        {
            // After a tool an empty stop says that the tool did all there was to do.
            var isDone = !cut && request.Messages is [.., ToolMessage];
            if (!isDone)
            {
                return (cut ? ModelFaults.Spent(model.MaxOutputTokens) : ModelFaults.Empty()) with { Used = UsageOf(answer, request, model.Price) };
            }
        }

        return Answer(answer, request, model, cut ? FinishReasons.Length : null);
    }

    /// <summary>A limit of ours ended the answer: what was said of it stays.</summary>
    private static ModelOutcome Cut(CallLimit limit, AnswerBuilder answer, ModelRequest request, RegisteredModel model) => limit switch
    {
        CallLimit.Stall => Used(ModelFaults.Stalled(model.Limits.Stall), answer, request, model),
        CallLimit.FirstToken => Used(ModelFaults.NeverBegan(model.Limits.FirstToken), answer, request, model),
        CallLimit.Budget => answer.HasText ? Answer(answer, request, model.Settings, FinishReasons.Interrupted) : Used(ModelFaults.OutOfBudget(), answer, request, model),
        CallLimit.Length when !answer.HasText => Used(ModelFaults.Spent(model.Settings.MaxOutputTokens), answer, request, model),

        // The text before a call is no answer: nobody knows the call.
        CallLimit.Most when !answer.HasText || answer.IsInCall => Used(ModelFaults.TooLong(model.Limits.Most), answer, request, model),
        _ => Answer(answer, request, model.Settings, FinishReasons.Length),
    };

    private static ModelAnswer Answer(AnswerBuilder answer, ModelRequest request, ModelSettings model, string? finish)
    {
        var content = answer.Close().Select(part => part is ReasoningPart { Protected: { } data } reasoning ? reasoning with { Protected = Opaque.Keep(model.Origin, data) } : part).ToList();
        var calls = finish == FinishReasons.Interrupted ? [] : CallReader.Read(answer.Calls, PreparedTools.Of(request.Definition.Tools).ByName, finish == FinishReasons.Length)
            .Select(call => call.Protected is { } data ? call with { Protected = Opaque.Keep(model.Origin, data) } : call).ToList();
        var result = new ModelAnswer(content, calls, UsageOf(answer, request, model.Price), finish ?? (calls.Count > 0 ? "tool_calls" : "stop"));
        if (calls.Count > 0 || finish == FinishReasons.Interrupted || request.Definition.Output is not { } schema)
        {
            return result;
        }

        var text = string.Concat(content.OfType<TextPart>().Select(p => p.Text.Inline));
        var json = BareJson.Of(text);
        return OutputSchema.Misfit(schema, json, finish == FinishReasons.Length) is { } misfit ? result with { Invalid = misfit }
            : json.Length < text.Length ? result with { Output = json }
            : result;
    }

    private static ModelFault Used(ModelFault fault, AnswerBuilder answer, ModelRequest request, RegisteredModel model) =>
        fault with { Used = UsedBy(answer, request, model.Settings.Price) };

    /// <summary>Null where nothing of an answer came: the request may have been refused.</summary>
    private static Usage? UsedBy(AnswerBuilder answer, ModelRequest request, Price? price) => answer.HasBegun ? UsageOf(answer, request, price) : null;

    /// <summary>The provider's figures; where it gives none, an estimate, so that a budget still holds. The price is today's: it is recorded with the call.</summary>
    private static Usage UsageOf(AnswerBuilder answer, ModelRequest request, Price? price)
    {
        var given = answer.Usage;
        var usage = new Usage(
            Count(given?.InputTokenCount, request.Tokens),
            Count(given?.CachedInputTokenCount, 0),
            Count(given?.OutputTokenCount, answer.Tokens),
            Count(given?.ReasoningTokenCount, 0),
            ModelCalls: 1);
        return usage with { Cost = price?.Of(usage) };

        // A server that counts below nothing must not fill a budget up again.
        static long Count(long? given, long estimate) => Math.Max(0, given ?? estimate);
    }
}
