using System.Text;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Json;
using OrleansAgents.Events;

namespace OrleansAgents.Agents.Models.Answers;

/// <summary>Collects one answer as it streams. Its parts, concatenated, are the deltas, concatenated.</summary>
internal sealed class AnswerBuilder(DeltaSink onDelta)
{
    private const string TextKind = "text";
    private const string ReasoningKind = "reasoning";

    private readonly List<ContentPart> _parts = [];
    private StringBuilder? _many;
    private string _one = "";
    private string? _kind;
    private string? _protected;
    private char _held;
    private long _argumentBytes;

    public List<FunctionCallContent> Calls { get; } = [];

    public ChatFinishReason? Finish { get; private set; }

    public UsageDetails? Usage { get; private set; }

    /// <summary>What the model said instead of an answer.</summary>
    public ErrorContent? Error { get; private set; }

    /// <summary>Whether any text was produced that is not white space.</summary>
    public bool HasText { get; private set; }

    /// <summary>UTF-8 bytes of text and reasoning so far.</summary>
    public long TextBytes { get; private set; }

    /// <summary>The same, with the arguments of calls.</summary>
    public long Bytes => TextBytes + _argumentBytes;

    /// <summary>Estimated tokens so far.</summary>
    public long Tokens => (Bytes + 3) / 4;

    /// <summary>Whether anything of the answer came.</summary>
    public bool HasBegun => Bytes > 0 || Calls.Count > 0 || Finish is not null;

    /// <summary>Whether a call has begun whose end is not here.</summary>
    public bool IsInCall { get; private set; }

    public void Add(AIContent content)
    {
        switch (content)
        {
            case TextContent text:
                Say(text.Text);
                break;
            case TextReasoningContent reasoning:
                Reason(reasoning.Text, reasoning.ProtectedData);
                break;
            case FunctionCallContent call:
                Calls.Add(call);
                IsInCall = false;
                break;
            case UsageContent usage:
                Usage = usage.Details;
                break;
            case ErrorContent error:
                Error ??= error;
                break;
            default:
                break; // Content of a kind that this product does not show.
        }
    }

    public void Say(string text) => Piece(TextKind, text);

    /// <param name="protectedData">Closes its part: it belongs to the reasoning before it.</param>
    public void Reason(string? text, string? protectedData = null) => Piece(ReasoningKind, text, protectedData);

    /// <summary>Some more of a call that is not whole yet.</summary>
    /// <param name="bytes">Of arguments.</param>
    public void CallGoesOn(int bytes)
    {
        _argumentBytes += bytes;
        IsInCall = true;
    }

    /// <summary>The first reason that is given holds.</summary>
    public void End(ChatFinishReason? reason) => Finish ??= reason;

    /// <summary>Ends the answer and gives its parts.</summary>
    public IReadOnlyList<ContentPart> Close()
    {
        ClosePart();
        return _parts;
    }

    private void Piece(string kind, string? text, string? protectedData = null)
    {
        text ??= "";
        if (text.Length == 0 && protectedData is null)
        {
            return;
        }

        if (_kind != kind || _protected is not null)
        {
            ClosePart();
            _kind = kind;
        }

        _protected = protectedData;
        if (_held != '\0')
        {
            text = _held + text;
            _held = '\0';
        }

        // The other half of a character may be in the next piece.
        if (text.Length > 0 && char.IsHighSurrogate(text[^1]))
        {
            _held = text[^1];
            text = text[..^1];
        }

        Append(Utf16.Repair(text));
    }

    private void Append(string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (_one.Length == 0)
        {
            _one = text;
        }
        else
        {
            _ = (_many ??= new StringBuilder(_one)).Append(text);
        }

        TextBytes += Encoding.UTF8.GetByteCount(text);
        HasText |= _kind == TextKind && !string.IsNullOrWhiteSpace(text);
        onDelta(_kind!, text);
    }

    private void ClosePart()
    {
        if (_held != '\0')
        {
            _held = '\0';
            Append("\uFFFD");
        }

        if (_one.Length > 0 || _protected is not null)
        {
            var text = _many?.ToString() ?? _one;
            _parts.Add(_kind == TextKind ? new TextPart(text) : new ReasoningPart(text, _protected));
        }

        (_many, _one, _kind, _protected) = (null, "", null, null);
    }
}
