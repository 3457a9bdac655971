using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;

namespace OrleansAgents.Core.Facts;

/// <summary>What stood before a model when it asked for a call: whether anything of it was a tool's, and what the user said.</summary>
/// <remarks>Whose word a fact is follows from this and not from the model, which may have been talked into anything by what it read.</remarks>
internal sealed class Provenance
{
    private readonly List<string> _said = [];
    private readonly int _earlier;

    /// <param name="earlier">What the run began with.</param>
    /// <param name="before">Its events up to the answer that asked for the call; of their texts only the user's need be whole.</param>
    public Provenance(EarlierContext earlier, IEnumerable<RunEvent> before)
    {
        HashSet<string> own = [];
        foreach (var message in earlier.Messages)
        {
            switch (message)
            {
                case UserMessage user:
                    _said.Add(FactContent.Plain(user.Text));
                    break;
                case AssistantMessage answer:
                    // Each turn counts its calls anew.
                    own = [.. Own(answer.ToolCalls)];
                    break;
                case ToolMessage result:
                    IsTainted |= !own.Contains(result.CallId);
                    break;
                default:
                    // What was kept of older turns may quote anybody.
                    IsTainted |= message is not FactsMessage { Untrusted: false };
                    break;
            }
        }

        _earlier = _said.Count;
        own = [];
        foreach (var e in before)
        {
            switch (e)
            {
                case RunCreated c:
                    _said.Add(FactContent.Plain(c.Input.Preview));
                    break;
                case MessageReceived m:
                    _said.Add(FactContent.Plain(m.Content.Preview));
                    break;
                case ModelCompleted m:
                    own.UnionWith(Own(m.ToolCalls));
                    break;
                case ToolCompleted t:
                    IsTainted |= !own.Contains(t.CallId);
                    break;
                case ToolFailed t:
                    IsTainted |= !own.Contains(t.CallId);
                    break;
                case DecisionResolved d:
                    IsTainted |= !own.Contains(d.CallId);
                    break;
            }
        }
    }

    /// <summary>It had read what a tool returned, in this run or before.</summary>
    public bool IsTainted { get; }

    /// <summary>The user's where they said it word for word. Where tools were read the key must be theirs too, or it could turn their words into another claim.</summary>
    public FactTrust TrustOf(string key, string text) =>
        IsSaid(FactContent.Plain(text).TrimEnd('.', '!')) && (!IsTainted || Words(key).All(IsSaid)) ? FactTrust.User
        : IsTainted ? FactTrust.Tool
        : FactTrust.Model;

    /// <summary>Whether the user can have asked, in this run, for what is kept under this key.</summary>
    public bool Named(string key) => !IsTainted || Words(key).Any(word => _said.Skip(_earlier).Any(said => Holds(said, word)));

    private static IEnumerable<string> Own(IEnumerable<ToolCallRequest> calls) => calls.Where(t => FactTool.Is(t.Tool)).Select(t => t.CallId);

    private bool IsSaid(string text) => text.Length > 0 && _said.Exists(said => Holds(said, text));

    /// <summary>As whole words: part of a word is another word.</summary>
    private static bool Holds(string said, string text)
    {
        for (var at = 0; (at = said.IndexOf(text, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            var end = at + text.Length;
            if ((at == 0 || !char.IsLetterOrDigit(said[at - 1])) && (end == said.Length || !char.IsLetterOrDigit(said[end])))
            {
                return true;
            }
        }

        return false;
    }

    private static string[] Words(string key) => key.Split([' ', '_', '-', '.'], StringSplitOptions.RemoveEmptyEntries);
}
