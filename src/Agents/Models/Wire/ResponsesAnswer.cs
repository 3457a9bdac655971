using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Json;
using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>What the events of one response have said so far.</summary>
internal sealed class ResponsesAnswer(AnswerBuilder answer) : IWireAnswer
{
    private const int MostRefusal = 64 * 1024;
    private const int MostPhase = 64;

    /// <summary>Characters of what goes back; more is not kept.</summary>
    private const int MostKept = 1024 * 1024;

    private readonly ResponsesItems _items = new();
    private readonly StringBuilder _refusal = new();
    private readonly List<string> _beforeCall = [];
    private CallBounds _bounds;
    private ChatFinishReason? _finish;
    private bool _isClosed, _hasText, _hasReasoning;
    private long _kept;

    public bool IsWhole => _finish is not null;

    public bool IsOver => IsWhole || _bounds.AreMet || answer.Error is not null;

    public void Read(ReadOnlySpan<byte> json) => ResponsesReader.Read(json, this);

    public void Say(int? place, ReadOnlySpan<byte> id, string text)
    {
        _items.Of(new(ResponsesItem.Message, place, id)).IsShown = true;
        _hasText |= text.Length > 0;
        answer.Say(text);
    }

    public void Reason(int? place, ReadOnlySpan<byte> id, string text)
    {
        _items.Of(new(ResponsesItem.Reasoning, place, id)).IsShown |= text.Length > 0;
        _hasReasoning = true;
        answer.Reason(text);
    }

    /// <summary>Separates two parts of the same reasoning.</summary>
    public void BeginReasoningPart(int? place, ReadOnlySpan<byte> id) =>
        answer.Reason(_items.Of(new(ResponsesItem.Reasoning, place, id)).IsShown ? "\n\n" : "");

    public void Refuse(string text) => _refusal.Append(_refusal.Length < MostRefusal ? text : "");

    public void AddArguments(int? place, ReadOnlySpan<byte> id, string arguments, bool areWhole)
    {
        var item = _items.Of(new(ResponsesItem.Call, place, id));
        if (!item.IsDone)
        {
            item.HasArguments |= areWhole;
            AddArguments(item.Call!, arguments, areWhole);
        }
    }

    /// <param name="isWhole">False for an item that only begins.</param>
    public void AddItem(ResponsesItem said, int? place, bool isWhole)
    {
        if (!said.IsKnown)
        {
            return; // A call that the server has made itself.
        }

        var item = _items.Of(new(said.Type!, place, Encoding.UTF8.GetBytes(said.Id ?? ""), said.CallId, isWhole));
        if (item.IsDone)
        {
            return;
        }

        item.IsDone = isWhole;
        if (item.Call is { } call)
        {
            call.Id ??= said.CallId ?? said.Id;
            call.Name = said.Name is { Length: > 0 } name ? name : call.Name;
            AttachReasoning(call);
            AddArguments(call, said.Arguments ?? "", areWhole: true);
        }
        else if (isWhole)
        {
            EndItem(item, said);
        }
    }

    /// <summary>Adds items of the final event that did not come before it: some servers send no pieces, or pieces without arguments.</summary>
    public void AddMissing(IReadOnlyList<ResponsesItem> output)
    {
        var (hasText, hasReasoning, hasCalls) = (_hasText, _hasReasoning, _items.CallCount > 0);
        for (var i = 0; i < output.Count; i++)
        {
            var isMissing = output[i].Type switch
            {
                ResponsesItem.Message => !hasText,
                ResponsesItem.Reasoning => !hasReasoning,
                _ => !hasCalls || IsOpen(output[i]),
            };
            if (isMissing)
            {
                AddItem(output[i], i, isWhole: true);
            }
        }
    }

    public void Use(ref Utf8JsonReader usage) => ChatUsage.Read(ref usage, answer);

    public void End(ChatFinishReason reason) => _finish ??= reason;

    public void Fail(ProviderError error) => answer.Add(error.ToContent());

    public void Close(bool isDone)
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        if (!isDone && !IsWhole && !_bounds.AreMet)
        {
            return; // It was cut.
        }

        var finish = _finish ?? ChatFinishReason.Stop;
        answer.End(finish == ChatFinishReason.Stop && _items.CallCount > 0 ? ChatFinishReason.ToolCalls : finish);
        foreach (var item in _items.Calls.Where(i => i.Call!.Name is not null))
        {
            answer.Add(item.Call!.ToContent(isWhole: !_bounds.AreMet && (item.IsDone || item.HasArguments)));
        }

        foreach (var data in _beforeCall)
        {
            answer.Reason("", data);
        }

        if (_refusal.Length > 0)
        {
            answer.Add(new ErrorContent(_refusal.ToString()) { ErrorCode = ChatAnswer.Refused });
        }
    }

    /// <summary>A call that has begun and whose whole item did not come.</summary>
    private bool IsOpen(ResponsesItem said) => _items.Calls.Any(i => !i.IsDone
        && ((said.CallId is not null && i.Call!.Id == said.CallId) || i.HasId(Encoding.UTF8.GetBytes(said.Id ?? ""))));

    private void AddArguments(CallUnderWay call, string arguments, bool areWhole)
    {
        var isNew = !areWhole || call.Arguments.Length == 0;
        if (areWhole && arguments.Length > 0)
        {
            call.Arguments.Clear();
        }

        call.Arguments.Append(arguments);
        answer.CallGoesOn(_bounds.Add(isNew ? arguments : null, call, _items.CallCount));
    }

    private void EndItem(ItemUnderWay item, ResponsesItem said)
    {
        if (said.Refusal is not null && _refusal.Length == 0)
        {
            Refuse(said.Refusal);
        }

        if (!item.IsShown && said.Text is { } text)
        {
            if (said.Type == ResponsesItem.Message)
            {
                Say(item.Place, item.Id, text);
            }
            else
            {
                Reason(item.Place, item.Id, text);
            }
        }

        if (said.Phase is { Length: <= MostPhase } phase && said.Type == ResponsesItem.Message)
        {
            answer.Reason("", ResponsesRequest.PhaseOf(phase));
        }

        if (said.Raw is { } raw && (_kept += raw.Length) <= MostKept && !JsonDepth.Exceeds(raw))
        {
            _hasReasoning = true;
            Keep(raw);
        }
    }

    /// <summary>Reasoning that follows a call is kept with the next call, so that it goes back between the two.</summary>
    private void Keep(string raw)
    {
        if (_items.CallCount > 0)
        {
            _beforeCall.Add(raw);
        }
        else
        {
            answer.Reason("", raw);
        }
    }

    private void AttachReasoning(CallUnderWay call)
    {
        if (call.Extra is null && _beforeCall.Count > 0)
        {
            call.Extra = $"[{string.Join(',', _beforeCall)}]";
            _beforeCall.Clear();
        }
    }
}
