using Microsoft.Extensions.AI;
using OrleansAgents.Core;
using OrleansAgents.Events;

namespace OrleansAgents.Execution;

/// <inheritdoc cref="IModelCaller"/>
internal sealed class ModelCaller(ModelRegistry models, TimeProvider time) : IModelCaller
{
    public ModelPlace? TryEnter(string model) => models.Find(model) is not { } registered
        ? new(model, null, probe: false)
        : registered.Gate.TryEnter() is { } probe ? new(model, registered, probe) : null;

    public async Task<ModelPlace> EnterAsync(string model, CancellationToken cancellation) =>
        models.Find(model) is { } registered ? new(model, registered, await registered.Gate.EnterAsync(cancellation)) : new(model, null, probe: false);

    public async Task<ModelOutcome> AskAsync(ModelPlace place, ModelRequest request, DeltaSink onDelta, CancellationToken cancellation)
    {
        ModelOutcome? outcome = null;
        try
        {
            return outcome = place.Model is { } model
                ? await StreamAsync(model, request, onDelta, cancellation)
                : ModelFaults.UnknownModel(place.Name);
        }
        finally
        {
            place.Leave(outcome);
        }
    }

    private async Task<ModelOutcome> StreamAsync(
        RegisteredModel model, ModelRequest request, DeltaSink onDelta, CancellationToken cancellation)
    {
        var answer = new AnswerBuilder(onDelta);
        using var watch = new StallWatch(model.Stall, time, cancellation);
        try
        {
            var options = RequestConverter.Options(request.Definition, model.Settings.MaxOutputTokens);
            await foreach (var update in model.Client.GetStreamingResponseAsync(RequestConverter.Messages(request), options, watch.Token))
            {
                watch.Seen();
                answer.Add(update);
            }
        }
        catch (Exception) when (cancellation.IsCancellationRequested && answer.Finish is null)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (Exception) when (answer.Finish is not null)
        {
            // With its finish reason the answer is whole, whatever happens to the connection afterwards.
        }
        catch (Exception e)
        {
            return watch.Fired ? ModelFaults.Stalled(model.Stall) : ModelFaults.From(e, model.Settings, time);
        }

        // A client may also take its cancelled token for the end of the stream.
        if (answer.Finish is null && watch.Token.IsCancellationRequested)
        {
            cancellation.ThrowIfCancellationRequested();
            return ModelFaults.Stalled(model.Stall);
        }

        return Judge(answer, request, model.Settings);
    }

    private static ModelOutcome Judge(AnswerBuilder answer, ModelRequest request, ModelSettings model)
    {
        if (answer.Finish == ChatFinishReason.ContentFilter || answer.Error?.ErrorCode is OpenAiCalls.Refused or "content_filter")
        {
            return ModelFaults.Filtered(answer.Error?.Message, model);
        }

        if (answer.Error is { } error)
        {
            return ModelFaults.Chunk(error.Message, model);
        }

        if (answer.Finish is null)
        {
            return ModelFaults.StreamCut();
        }

        var content = answer.Close();
        var cut = answer.Finish == ChatFinishReason.Length;
        if (answer.Calls.Count == 0 && !answer.HasText)
        {
            return cut ? ModelFaults.Spent(model.MaxOutputTokens) : ModelFaults.Empty();
        }

        var calls = CallReader.Read(answer.Calls, PreparedTools.Of(request.Definition.Tools).ByName, cut);
        var invalid = calls.Count == 0 && request.Definition.Output is { } schema ? OutputSchema.Misfit(schema, content, cut) : null;
        return new ModelAnswer(content, calls, UsageOf(answer, request, model.Price), cut ? "length" : calls.Count > 0 ? "tool_calls" : "stop", invalid);
    }

    /// <summary>The provider's figures; where it gives none, an estimate, so that a budget still holds. The price is today's: it is recorded with the call.</summary>
    private static Usage UsageOf(AnswerBuilder answer, ModelRequest request, Price? price)
    {
        var given = answer.Usage;
        var usage = new Usage(
            Count(given?.InputTokenCount, request.Tokens),
            Count(given?.CachedInputTokenCount, 0),
            Count(given?.OutputTokenCount, (answer.Length + 3) / 4),
            Count(given?.ReasoningTokenCount, 0),
            ModelCalls: 1);
        return usage with { Cost = price?.Of(usage) };

        // A server that counts below nothing must not fill a budget up again.
        static long Count(long? given, long estimate) => Math.Max(0, given ?? estimate);
    }
}
