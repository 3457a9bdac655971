using Mono.Cecil;

namespace OrleansAgents.Architecture.Tests;

/// <summary>What refers to what: from the compiled code, which knows every type that is used, and from usings, which show an intent before it is used.</summary>
internal sealed class Arrows
{
    private readonly House _house;
    private readonly Dictionary<(string From, string To), string> _witness = [];

    public Arrows(House house, IEnumerable<string> assemblies)
    {
        _house = house;
        foreach (var path in assemblies)
        {
            using var module = ModuleDefinition.ReadModule(path);
            foreach (var type in module.Types)
            {
                if (house.RoomOf(NameOf(type)) is { } from)
                {
                    foreach (var used in TypeReferences.Of(type))
                    {
                        Add(from, house.RoomOf(NameOf(used)), $"{type.Name} uses {used.Name}");
                    }
                }
            }
        }

        foreach (var file in house.Files)
        {
            foreach (var name in file.Usings)
            {
                // A using of a namespace that several rooms or others share does not name a room; the compiled code does.
                if (name.StartsWith("OrleansAgents", StringComparison.Ordinal) && house.RoomsOf(name) is { Count: 1 } rooms)
                {
                    Add(file.Room, rooms.First(), $"{file.Path} is using {name}");
                }
            }
        }
    }

    /// <summary>Arrows between rooms, each with one place that makes it.</summary>
    public IEnumerable<(string From, string To, string Witness)> Between => _witness.Select(w => (w.Key.From, w.Key.To, w.Value));

    /// <summary>Arrows inside a project that are part of a cycle.</summary>
    public IEnumerable<string> CyclesIn(string project)
    {
        var inside = Between.Where(a => House.ProjectOf(a.From) == project && House.ProjectOf(a.To) == project).ToList();
        var next = inside.ToLookup(a => a.From, a => a.To);
        foreach (var (from, to, witness) in inside)
        {
            if (Reaches(next, to, from))
            {
                yield return $"{from} -> {to}: {witness}";
            }
        }
    }

    private static bool Reaches(ILookup<string, string> next, string start, string goal)
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>([start]);
        while (open.TryPop(out var room))
        {
            if (room == goal)
            {
                return true;
            }

            foreach (var further in seen.Add(room) ? next[room] : [])
            {
                open.Push(further);
            }
        }

        return false;
    }

    private void Add(string from, string? to, string witness)
    {
        if (to is not null && to != from)
        {
            _witness.TryAdd((from, to), witness);
        }
    }

    private static string NameOf(TypeReference type) => type.FullName.Split('`')[0];
}
