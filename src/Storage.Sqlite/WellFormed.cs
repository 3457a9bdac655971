using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>Text that can be stored as it is.</summary>
internal static class WellFormed
{
    /// <summary>Half a character would come back as another one, and its row as damaged.</summary>
    /// <exception cref="ArgumentException">Some text holds a lone surrogate.</exception>
    public static void Check(Append a)
    {
        var h = a.Header;
        if (!(Is(a.Id) && Is(h.Principal.Tenant) && Is(h.Principal.User) && Is(h.ThreadId) && Is(h.Agent) && Is(h.Model) && Is(h.Reason)
            && Is(h.Summary) && Is(h.Owner) && a.Events.All(e => Is(e.Type) && Is(e.CommandId))
            && a.Commands.All(c => Is(c.CommandId) && Is(c.RequestHash)) && a.Bodies.All(b => Is(b.Ref))))
        {
            throw new ArgumentException($"The append to {a.Id} holds text with half a character.");
        }
    }

    private static bool Is(string? text)
    {
        var rest = text.AsSpan();
        while (rest.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var at)
        {
            if (at + 1 == rest.Length || !char.IsSurrogatePair(rest[at], rest[at + 1]))
            {
                return false;
            }

            rest = rest[(at + 2)..];
        }

        return true;
    }
}
