using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Telemetry;

namespace OrleansAgents.Agents.Models;

/// <summary>One attempt at a model call. It becomes a span when its request leaves: waiting for a free place is none, and a call that was never sent is none.</summary>
internal sealed class ModelAttempt(Stretch stretch, int step, int attempt)
{
    private static readonly AsyncLocal<ModelAttempt?> Flow = new();
    private Activity? _activity;
    private long _sent;
    private double? _firstChunk;
    private bool _left;

    /// <summary>The attempt that this flow works on; the client that sends the request finds it here.</summary>
    public static ModelAttempt? Current => Flow.Value;

    public async Task<ModelOutcome> WatchAsync(Func<Task<ModelOutcome>> ask)
    {
        Flow.Value = this;
        ModelOutcome? outcome = null;
        try
        {
            return outcome = await ask();
        }
        finally
        {
            End(outcome);
        }
    }

    public void Leave()
    {
        var model = stretch.Model;
        _left = true;
        _sent = stretch.Instruments.Now;
        List<KeyValuePair<string, object?>> tags =
            [new(Tag.Operation, "chat"), new(Tag.Provider, model.Provider), new(Tag.RequestModel, model.Name), new(Tag.Stream, true)];
        if (model.Address is not null)
        {
            tags.AddRange([new(Tag.ServerAddress, model.Address), new(Tag.ServerPort, model.Port)]);
        }

        var kind = model.Address is null ? ActivityKind.Internal : ActivityKind.Client;
        _activity = stretch.Start($"chat {model.Name}", kind, step, attempt, CollectionsMarshal.AsSpan(tags));
    }

    /// <summary>A piece of the answer came.</summary>
    public void Seen() => _firstChunk ??= stretch.Instruments.Seconds(_sent);

    private void End(ModelOutcome? outcome)
    {
        if (!_left)
        {
            return;
        }

        var (model, instruments) = (stretch.Model, stretch.Instruments);
        var error = outcome switch { null => "interrupted", ModelFault f => f.Error.Code, _ => null };
        var tags = new TagList { { Tag.Operation, "chat" }, { Tag.Provider, model.Provider }, { Tag.RequestModel, model.Name } };
        if (model.Address is not null)
        {
            tags.Add(Tag.ServerAddress, model.Address);
            tags.Add(Tag.ServerPort, model.Port);
        }

        if (outcome is ModelAnswer { Usage: { } used })
        {
            instruments.TokenUsage.Record(used.InputTokens, WithType(tags, "input"));
            instruments.TokenUsage.Record(used.OutputTokens, WithType(tags, "output"));
        }

        if (_firstChunk is { } first)
        {
            instruments.FirstChunk.Record(first, tags);
        }

        if (error is not null)
        {
            tags.Add(Tag.ErrorType, error);
        }

        instruments.ModelDuration.Record(stretch.Instruments.Seconds(_sent), tags);
        Tell(outcome as ModelAnswer);
        _activity?.Close(error);
    }

    private static TagList WithType(TagList tags, string type)
    {
        tags.Add(Tag.TokenType, type);
        return tags;
    }

    private void Tell(ModelAnswer? answer)
    {
        if (_firstChunk is { } first)
        {
            _activity?.SetTag(Tag.FirstChunk, first);
        }

        if (answer is not null && _activity is not null)
        {
            _activity.SetTag(Tag.FinishReasons, new[] { answer.FinishReason })
                .SetTag(Tag.InputTokens, answer.Usage.InputTokens).SetTag(Tag.OutputTokens, answer.Usage.OutputTokens)
                .SetTag(Tag.CacheReadTokens, answer.Usage.CachedTokens).SetTag(Tag.ReasoningTokens, answer.Usage.ReasoningTokens);
        }
    }
}
