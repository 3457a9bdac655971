using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansAgents.Core.Memory;
using OrleansAgents.Events;

namespace OrleansAgents.Core;

/// <summary>
/// <c>Assemble</c>: a request is the instructions, earlier turns, the input, what stands for older groups, and the newest whole
/// groups. Fed with events in order; the same events, definition and pin give the same request, in the grain as they happen and
/// in a reader later.
/// </summary>
/// <remarks>Each message is encoded, hashed and read for facts once, when it enters, so that a step costs the same however long the run is.</remarks>
internal sealed class RequestWindow(AgentDefinition definition, string definitionHash, string input, EarlierContext? earlier = null)
{
    private readonly List<Entry> _earlier = [.. (earlier ?? EarlierContext.Empty).Messages.Select(m => Entry.Of(0, m))];
    private readonly Entry _input = Entry.Of(0, new UserMessage(input));
    private readonly List<Entry> _entries = [];
    private readonly RunMessages _messages = new();
    private readonly Ledger _ledger = new(definition.WindowTokens);
    private readonly AgentDefinition _withRecall = Recall.AddTo(definition);
    private readonly long _definitionTokens = definition.CountTokens();
    private readonly long _recallTokens = Recall.AddTo(definition).CountTokens() - definition.CountTokens();
    private long _through;

    /// <summary>Takes an event in; its texts must be whole (<see cref="RunMessages.Whole"/>).</summary>
    public void Add(long seq, RunEvent e)
    {
        if (e is ModelStarted started)
        {
            _through = started.Context.Through;
            LetGo(started.Context.From);
        }

        if (_messages.Take(e) is { } message)
        {
            _entries.Add(Entry.Of(seq, message, e is ModelCompleted ? _through : null));
            _ledger.Add(seq, message, message is ToolMessage result ? _messages.ToolOf(result.CallId) : null);
        }
    }

    /// <summary>The request of the pinned window. A person's message stands after every answer that did not see it, and after that answer's results.</summary>
    public ModelRequest Build(ContextPin pin)
    {
        var (from, kept) = pin is { Assembler: Assemblers.Budget, From: > 1 } ? Fill(pin) : (pin.From, null);
        var digests = new ArrayBufferWriter<byte>(definitionHash.Length + (SHA256.HashSizeInBytes * (_earlier.Count + _entries.Count + 2)));
        Encoding.ASCII.GetBytes(definitionHash, digests);
        var messages = new List<RequestMessage>(_earlier.Count + _entries.Count + 2);
        var tokens = 0L;
        _earlier.ForEach(Take);
        Take(_input);
        if (kept is not null)
        {
            Take(Entry.Of(0, kept));
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
            recalls ? _withRecall : definition, messages, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(digests.WrittenSpan)),
            _definitionTokens + (recalls ? _recallTokens : 0) + tokens,
            new(from, kept is null ? 0 : Tokens.Of(kept), earlier?.Manifest));

        void Take(Entry entry)
        {
            messages.Add(entry.Message);
            digests.Write(entry.Digest);
            tokens += entry.Tokens;
        }
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

    /// <summary>Where the groups older than the pin take what room is left: facts of all of them first, then the newest of them whole.</summary>
    private (long From, MemoryMessage? Kept) Fill(ContextPin pin)
    {
        var from = pin.From;
        var room = definition.WindowTokens - _definitionTokens - _recallTokens - Kept.HeaderTokens - _input.Tokens
            - _earlier.Sum(e => e.Tokens) - _entries.Where(e => e.Seq >= from && e.Seq <= pin.Through).Sum(e => e.Tokens);
        var kept = _ledger.Render(from, pin.Through, room);
        var left = room - Tokens.Of(kept ?? "");
        foreach (var start in GroupStarts().Where(s => s < from).Reverse())
        {
            var tokens = _entries.Where(e => e.Seq >= start && e.Seq < from).Sum(e => e.Tokens);
            if (tokens > left)
            {
                break;
            }

            (from, left, room) = (start, left - tokens, room - tokens);
        }

        return (from, Kept.Of(from == pin.From ? kept : _ledger.Render(from, pin.Through, room)));
    }

    /// <summary>A group begins with what its answer saw first; the run's first one with the run.</summary>
    private IEnumerable<long> GroupStarts() => _entries.Where(e => e.Saw is not null).Select(e => e.Saw!.Value + 1);

    /// <summary>Of the groups before the window, only what could still fill it.</summary>
    private void LetGo(long from)
    {
        var (first, tokens) = (_entries.Count, 0L);
        while (first > 0 && (_entries[first - 1].Seq >= from || tokens + _entries[first - 1].Tokens <= definition.WindowTokens))
        {
            tokens += _entries[--first].Tokens;
        }

        _entries.RemoveRange(0, first);
        _ledger.LetGo();
    }

    /// <param name="Saw">With an answer: the last seq that it saw.</param>
    private readonly record struct Entry(long Seq, RequestMessage Message, byte[] Digest, long Tokens, long? Saw)
    {
        public static Entry Of(long seq, RequestMessage message, long? saw = null)
        {
            var encoded = JsonSerializer.SerializeToUtf8Bytes(message, CoreJson.Relaxed.RequestMessage);
            return new(seq, message, SHA256.HashData(encoded), Core.Tokens.Of(message), saw);
        }
    }
}
