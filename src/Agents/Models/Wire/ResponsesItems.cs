using System.Text.Json;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>How an event names the item that it belongs to. Servers leave members out, change them, or give one to several items.</summary>
/// <param name="itemId">UTF-8; empty where the event has none.</param>
/// <param name="isWhole">The event holds the whole item, and not a piece of it.</param>
internal readonly ref struct ItemName(string type, int? place, ReadOnlySpan<byte> itemId, string? callId = null, bool isWhole = false)
{
    public string Type => type;

    public int? Place => place;

    public ReadOnlySpan<byte> ItemId { get; } = itemId;

    public string? CallId => callId;

    public bool IsWhole => isWhole;
}

/// <summary>The items of one response, in the order in which they began.</summary>
internal sealed class ResponsesItems
{
    /// <summary>Items that an answer may have.</summary>
    public const int Most = 1_000;

    private readonly List<ItemUnderWay> _all = [];

    public IEnumerable<ItemUnderWay> Calls => _all.Where(e => e.Call is not null);

    public int CallCount { get; private set; }

    /// <summary>The item that fits the name best; a new one where none fits.</summary>
    /// <exception cref="JsonException">There are too many.</exception>
    public ItemUnderWay Of(in ItemName name)
    {
        ItemUnderWay? best = null, last = null;
        var highest = Fit.None;
        foreach (var item in _all)
        {
            if (item.Type == name.Type)
            {
                last = item;
                var fit = FitOf(item, name);
                (best, highest) = fit >= highest && fit != Fit.None ? (item, fit) : (best, highest);
            }
        }

        return best ?? (last is not null && IsPieceOf(last, name) ? last : Add(name));
    }

    private static Fit FitOf(ItemUnderWay item, in ItemName name)
    {
        if (name.CallId is not null && item.Call?.Id is { } called)
        {
            // Another call id is another call, but for servers that change it between the beginning of an item and its end.
            var maybeSame = name.IsWhole && !item.IsDone && (name.ItemId.Length == 0 || item.Id is null || name.ItemId.SequenceEqual(item.Id));
            if (called == name.CallId || !maybeSame)
            {
                return called == name.CallId ? Fit.CallId : Fit.None;
            }
        }

        var isPlaced = name.Place is not null && item.Place == name.Place;
        return (isPlaced, item.HasId(name.ItemId)) switch { (true, true) => Fit.PlaceAndId, (true, _) => Fit.Place, (_, true) => Fit.Id, _ => Fit.None };
    }

    /// <summary>A piece that names nothing, or an id that the call did not begin with, belongs to the last item.</summary>
    private static bool IsPieceOf(ItemUnderWay last, in ItemName name) =>
        name.Place is null && name.CallId is null && (name.ItemId.Length == 0 || last is { Id: null, IsDone: false, Call: not null });

    private ItemUnderWay Add(in ItemName name)
    {
        if (_all.Count == Most)
        {
            throw new JsonException("The answer has too many items.");
        }

        var isCall = name.Type == ResponsesItem.Call;
        var item = new ItemUnderWay(name.Type, name.Place, name.ItemId.Length == 0 ? null : name.ItemId.ToArray()) { Call = isCall ? new(_all.Count) : null };
        CallCount += isCall ? 1 : 0;
        _all.Add(item);
        return item;
    }

    /// <summary>How well an item fits a name, the best last.</summary>
    private enum Fit
    {
        None,
        Id,
        Place,
        PlaceAndId,
        CallId,
    }
}
