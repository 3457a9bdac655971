using System.Text;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>An item of a response whose events arrive.</summary>
/// <param name="id">UTF-8.</param>
internal sealed class ItemUnderWay(string type, int? place, byte[]? id)
{
    public string Type => type;

    public int? Place => place;

    public byte[]? Id => id;

    /// <summary>Some of its text was shown.</summary>
    public bool IsShown { get; set; }

    /// <summary>The whole item has come.</summary>
    public bool IsDone { get; set; }

    /// <summary>The server has sent all arguments, even if there are none.</summary>
    public bool HasArguments { get; set; }

    /// <summary>Null unless the item is a call.</summary>
    public CallUnderWay? Call { get; init; }

    /// <summary>Whether this is its id, or the id of its call, which some servers put into the pieces instead.</summary>
    public bool HasId(ReadOnlySpan<byte> given) => given.Length > 0
        && ((id is not null && given.SequenceEqual(id)) || (Call?.Id is { } called && given.SequenceEqual(Encoding.UTF8.GetBytes(called))));
}
