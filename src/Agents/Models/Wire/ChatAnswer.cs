using System.Text;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>What the chunks of one answer have said so far.</summary>
internal sealed class ChatAnswer(AnswerBuilder answer) : IWireAnswer
{
    /// <summary>Error code of an answer in which the model refuses.</summary>
    public const string Refused = "Refusal";

    private const int MostRefusal = 64 * 1024;

    private readonly CallAssembly _calls = new();
    private readonly StringBuilder _refusal = new();
    private ChatFinishReason? _finish;
    private bool _goesOn, _isBrokenOff, _isClosed;

    public AnswerBuilder Answer => answer;

    public ChatOpaque Opaque { get; } = new();

    public bool IsWhole => _finish is not null && !_goesOn;

    /// <summary>Something has come in pieces: a whole message after them says it once more.</summary>
    public bool HasPieces { get; private set; }

    public bool IsOver => _calls.IsTooLong || answer.Error is not null;

    public void Read(ReadOnlySpan<byte> json) => ChatChunk.Read(json, this);

    public void Say(string text, bool isThinking)
    {
        Piece(text.Length > 0);
        if (isThinking)
        {
            answer.Reason(text);
        }
        else
        {
            answer.Say(text);
        }
    }

    /// <param name="isContent">By the name that asks for it back: servers that send both names take this one.</param>
    public void Reasons(bool isContent) => Opaque.Reasoning = isContent ? "reasoning_content" : Opaque.Reasoning ?? "reasoning";

    public void Refuse(string text) => _refusal.Append(_refusal.Length < MostRefusal ? text : "");

    public void Call(CallPart part)
    {
        Piece(true);
        var bytes = _calls.Add(part);
        if (!_calls.IsEmpty)
        {
            answer.CallGoesOn(bytes);
        }
    }

    public void Finish(string word)
    {
        _isBrokenOff |= FinishWord.IsBrokenOff(word);
        if (FinishWord.Of(word) is { } reason)
        {
            // The first reason holds; a later one says that what came in between is whole too.
            _finish ??= reason;
            _goesOn = false;
        }
    }

    public void Fail(ProviderError error) => answer.Add(error.ToContent());

    public void Close(bool isDone)
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        if (_isBrokenOff && answer.Error is null)
        {
            Fail(new("error", null, null));
        }

        if (!isDone && !IsWhole && !_calls.IsTooLong)
        {
            return; // It was cut.
        }

        answer.End(_finish ?? (_calls.IsEmpty ? ChatFinishReason.Stop : ChatFinishReason.ToolCalls));
        if (Opaque.ToJson(hasCalls: !_calls.IsEmpty) is { } data)
        {
            answer.Reason("", data);
        }

        _calls.GiveTo(answer, areWhole: !_calls.IsTooLong);
        if (_refusal.Length > 0)
        {
            answer.Add(new ErrorContent(_refusal.ToString()) { ErrorCode = Refused });
        }
    }

    private void Piece(bool hasSomething)
    {
        HasPieces |= hasSomething;
        _goesOn |= hasSomething && _finish is not null;
    }
}
