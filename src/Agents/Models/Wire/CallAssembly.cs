using OrleansAgents.Agents.Json;
using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>A piece of a tool call as a chunk has it; what the chunk leaves out is null.</summary>
/// <param name="Extra">JSON that the provider wants back with the call.</param>
internal readonly record struct CallPart(int? Index, string? Id, string? Name, string? Arguments, string? Extra = null);

/// <summary>Puts the calls of an answer together from all its chunks.</summary>
/// <remarks>Servers differ in what they repeat. A new call has a name; a piece without one goes on with the call at its place.</remarks>
internal sealed class CallAssembly
{
    private const int MostName = 256;

    /// <summary>Characters of what a provider wants back with a call; more is not kept.</summary>
    private const int MostExtra = 256 * 1024;

    private readonly List<CallUnderWay> _calls = [];
    private CallBounds _bounds;

    public bool IsEmpty => _calls.Count == 0;

    /// <summary>Nobody can use the calls, whatever follows.</summary>
    public bool IsTooLong => _bounds.AreMet;

    /// <returns>Bytes of arguments that came.</returns>
    public int Add(CallPart part)
    {
        part = part with { Id = NullIfEmpty(part.Id), Name = NullIfEmpty(part.Name) };
        if (part is { Id: null, Name: null } && string.IsNullOrEmpty(part.Arguments) && _calls.Count == 0)
        {
            return 0;
        }

        var call = Place(part);
        if (call is null)
        {
            return 0;
        }

        call.Id ??= part.Id;
        call.Name = part.Name is null || part.Name == call.Name || call.Name?.Length > MostName ? call.Name : call.Name + part.Name;
        call.Extra ??= part.Extra is { Length: <= MostExtra } extra && !JsonDepth.Exceeds(extra) ? extra : null;
        call.Arguments.Append(part.Arguments);
        return _bounds.Add(part.Arguments, call, _calls.Count);
    }

    /// <summary>Hands the calls out, once.</summary>
    /// <param name="areWhole">The server has ended the answer; else a call without arguments may have some to come.</param>
    public void GiveTo(AnswerBuilder answer, bool areWhole)
    {
        foreach (var call in _calls)
        {
            answer.Add(call.ToContent(areWhole));
        }

        _calls.Clear();
    }

    /// <summary>The call that the piece belongs to; null when it says once more what is known.</summary>
    private CallUnderWay? Place(in CallPart part)
    {
        var (index, id) = (part.Index, part.Id);
        var call = _calls.FindLast(c => id is not null && c.Id == id && (index is null || c.Index == index))
            ?? _calls.FindLast(c => index is null || c.Index == index);
        if (call is null)
        {
            return part.Name is null && id is null && _calls.Count > 0 ? _calls[^1] : Begin(index);
        }

        if (part.Name is null || call.Name is null)
        {
            return call;
        }

        if (id is not null && call.Id is not null)
        {
            return id != call.Id ? Begin(index)
                : !call.IsWhole ? call
                : part.Name == call.Name && (string.IsNullOrWhiteSpace(part.Arguments) || call.Says(part.Arguments)) ? null
                : Begin(index);
        }

        // Without ids only the arguments tell whether a named piece goes on with a call or begins another.
        return part.Name != call.Name ? Begin(index)
            : !call.IsWhole ? call
            : string.IsNullOrWhiteSpace(part.Arguments) ? null
            : Begin(index);
    }

    private CallUnderWay Begin(int? index)
    {
        var call = new CallUnderWay(index ?? _calls.Count);
        _calls.Add(call);
        return call;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
