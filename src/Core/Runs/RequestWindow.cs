using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Core.Runs;

/// <summary>
/// <c>Assemble</c>: a request is the instructions, earlier turns, the input, what stands for older groups, and the newest whole
/// groups. Fed with events in order; the same events, definition and pin give the same request, in the grain as they happen and
/// in a reader later.
/// </summary>
/// <remarks>
/// Each message is encoded and hashed once, when it enters, and what stands for older ones is said anew only when the request no
/// longer fits: a step costs the same however long the run is, and most requests begin like the one before.
/// </remarks>
internal sealed class RequestWindow
{
    /// <summary>Room that is left when older messages are let go, so that the next steps need not do it again.</summary>
    private const int SlackPercent = 2;

    private readonly AgentDefinition _definition, _withRecall;
    private readonly string _definitionHash;
    private readonly ContextManifest? _earlier;
    private readonly List<Entry> _first;
    private readonly List<Entry> _entries = [];
    private readonly RunMessages _messages = new();
    private readonly Ledger _ledger;
    private readonly long _definitionTokens, _recallTokens, _firstTokens;
    private Entry? _kept;
    private IReadOnlyList<NumberRange> _keptOf = [];
    private (long First, long Last, long Tokens) _gone;
    private long _entriesTokens;
    private long _budget;
    private long _through;

    public RequestWindow(AgentDefinition definition, string definitionHash, string input, EarlierContext? earlier = null)
    {
        (_definition, _definitionHash, _withRecall, _earlier) = (definition, definitionHash, Recall.AddTo(definition), earlier?.Manifest);
        (_definitionTokens, _recallTokens) = (definition.CountTokens(), _withRecall == definition ? 0 : Recall.Tokens);
        _first = [.. (earlier?.Messages ?? []).Append(new UserMessage(input)).Select(m => Entry.Of(0, m))];
        _firstTokens = _first.Sum(e => e.Tokens);
        _ledger = new(definition.WindowTokens);
        _budget = definition.WindowTokens;
    }

    /// <summary>Takes an event in; its texts must be whole (<see cref="RunMessages.Whole"/>).</summary>
    public void Add(long seq, RunEvent e)
    {
        if (e is ModelStarted started)
        {
            _through = started.Context.Through;
            _budget = Tokens.Within(_definition.WindowTokens, started.Context.Scale);
            if (started.Context is { Assembler: Assemblers.Budget, From: > 1 } pin && Room < 0)
            {
                LetGo(pin.From);
            }
        }

        if (_messages.Take(e) is { } message)
        {
            var entry = Entry.Of(seq, message, e is ModelCompleted ? _through : null);
            _entries.Add(entry);
            _entriesTokens += entry.Tokens;
            _ledger.Add(seq, message, message is ToolMessage result ? _messages.ToolOf(result.CallId) : null);
        }
    }

    /// <summary>The request of the pinned window. A person's message stands after every answer that did not see it, and after that answer's results.</summary>
    public ModelRequest Build(ContextPin pin)
    {
        // What was let go is not here any longer; a pin of window/1 says itself what is not.
        var from = pin.Assembler == Assemblers.Budget ? 1 : pin.From;
        var digests = new ArrayBufferWriter<byte>(_definitionHash.Length + (SHA256.HashSizeInBytes * (_first.Count + _entries.Count + 1)));
        Encoding.ASCII.GetBytes(_definitionHash, digests);
        var messages = new List<RequestMessage>(_first.Count + _entries.Count + 1);
        var tokens = 0L;
        _first.ForEach(Take);
        if (_kept is { } kept)
        {
            Take(kept);
        }

        var said = new Queue<Entry>();
        foreach (var entry in _entries)
        {
            if (entry.Seq < from || entry.Seq > pin.Through)
            {
                continue;
            }

            if (entry.Message is UserMessage)
            {
                said.Enqueue(entry);
                continue;
            }

            while (said.TryPeek(out var message) && message.Seq <= entry.Saw)
            {
                Take(said.Dequeue());
            }

            Take(entry);
        }

        while (said.TryDequeue(out var message))
        {
            Take(message);
        }

        var recalls = messages.Exists(m => m is MemoryMessage);
        return new(
            recalls ? _withRecall : _definition, messages, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(digests.WrittenSpan)),
            _definitionTokens + (recalls ? _recallTokens : 0) + tokens);

        void Take(Entry entry)
        {
            messages.Add(entry.Message);
            digests.Write(entry.Digest);
            tokens += entry.Tokens;
        }
    }

    /// <summary>What the request of the pinned window is made of.</summary>
    public ContextManifest ManifestOf(ContextPin pin)
    {
        var own = _entries.Where(e => e.Seq <= pin.Through && (pin.Assembler == Assemblers.Budget || e.Seq >= pin.From)).ToList();
        var instructions = Tokens.Of(_definition.Instructions);
        var request = Build(pin);
        var kept = _kept is { } k ? new ContextPart("kept", k.Tokens, _keptOf) : null;
        ContextPart?[] parts = [
            new("instructions", instructions),
            new("tools", request.Tokens - request.Messages.Sum(Tokens.Of) - instructions),
            .. _earlier?.Parts ?? [],
            new("input", _first[^1].Tokens),
            kept,
            own.Count > 0 ? new("messages", own.Sum(e => e.Tokens), NumberRange.Of(own.Select(e => e.Seq))) : null];
        LeftOut[] gone = _gone.Tokens == 0 ? [] : [new("messages", [new(_gone.First, _gone.Last)], _gone.Tokens, "older than what fits; facts of them are in 'kept', and recall shows a result whole")];
        return new(
            _budget, request.Tokens, [.. parts.OfType<ContextPart>().Where(p => p.Tokens > 0)], [.. _earlier?.Out ?? [], .. gone],
            _earlier?.MemoryVersion);
    }

    /// <summary>All messages so far, without an answer whose calls have not all their results.</summary>
    public IReadOnlyList<RequestMessage> WholeGroups(long through)
    {
        var messages = Build(new(1, through, 0, "")).Messages.ToList();
        var last = messages.FindLastIndex(m => m is AssistantMessage { ToolCalls.Count: > 0 });
        if (last >= 0 && messages.Skip(last).Count(m => m is ToolMessage) < ((AssistantMessage)messages[last]).ToolCalls.Count)
        {
            return [.. messages.Where((m, i) => i < last || m is UserMessage)];
        }

        return messages;
    }

    private long Room => _budget - _definitionTokens - _recallTokens - _firstTokens - _entriesTokens - (_kept?.Tokens ?? 0);

    /// <summary>What is older than <paramref name="from"/> is said as facts in the room that there is; what they leave of it takes the newest of those groups back whole.</summary>
    private void LetGo(long from)
    {
        var whole = _entries.FindIndex(e => e.Seq >= from) is var i and >= 0 ? i : _entries.Count;
        _entriesTokens = _entries.Skip(whole).Sum(e => e.Tokens);
        _kept = null;
        var room = Room - Kept.HeaderTokens - (_budget * SlackPercent / 100);
        var facts = _ledger.Render(from, room);
        var left = room - (facts is null ? 0 : Tokens.Of(facts.Text));
        for (var start = GroupBefore(whole); start < whole; start = GroupBefore(whole))
        {
            var tokens = _entries.Take(whole).Skip(start).Sum(e => e.Tokens);
            if (tokens > left)
            {
                break;
            }

            (whole, left, room, _entriesTokens) = (start, left - tokens, room - tokens, _entriesTokens + tokens);
        }

        if (whole < _entries.Count && _entries[whole].Seq < from)
        {
            facts = _ledger.Render(_entries[whole].Seq, room);
        }

        if (whole > 0)
        {
            _gone = (_gone.Tokens == 0 ? _entries[0].Seq : _gone.First, _entries[whole - 1].Seq, _gone.Tokens + _entries.Take(whole).Sum(e => e.Tokens));
        }

        _entries.RemoveRange(0, whole);
        _kept = Kept.Of(facts?.Text) is { } kept ? Entry.Of(0, kept) : null;
        _keptOf = NumberRange.Of(facts?.Of ?? []);
        _ledger.LetGo();
    }

    /// <summary>Where the group begins that ends before <paramref name="end"/>: with the first thing that its answer did not see. The same place when there is none.</summary>
    private int GroupBefore(int end)
    {
        if (end == 0 || _entries.FindLastIndex(end - 1, e => e.Saw is not null) is not (>= 0 and var start))
        {
            return end;
        }

        for (var saw = _entries[start].Saw; start > 0 && _entries[start - 1].Seq > saw; start--)
        {
        }

        return start;
    }

    /// <param name="Saw">With an answer: the last seq that it saw.</param>
    private readonly record struct Entry(long Seq, RequestMessage Message, byte[] Digest, long Tokens, long? Saw)
    {
        public static Entry Of(long seq, RequestMessage message, long? saw = null)
        {
            var encoded = JsonSerializer.SerializeToUtf8Bytes(message, ModelRequestJson.Relaxed.RequestMessage);
            return new(seq, message, SHA256.HashData(encoded), Core.Requests.Tokens.Of(message), saw);
        }
    }
}
