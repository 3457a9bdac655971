using System.Xml.Linq;
using Xunit;

namespace OrleansAgents.Architecture.Tests;

/// <summary>The arrows of the house. A room that refers to one that must not know it fails here, with the place that does.</summary>
public sealed class ArchitectureTests
{
    /// <summary>What a project may know; hosts know everything below them.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Grains.Abstractions"] = [],
        ["Journal"] = ["Grains.Abstractions"],
        ["Core"] = ["Grains.Abstractions"],
        ["Client"] = ["Grains.Abstractions"],
        ["Agents"] = ["Grains.Abstractions", "Core"],
        ["Demo"] = ["Grains.Abstractions", "Core", "Agents"],
        ["Grains"] = ["Grains.Abstractions", "Core", "Agents", "Journal", "Client"],
        ["Storage.Sqlite"] = ["Grains.Abstractions", "Journal"],
        ["Azure"] = ["Grains.Abstractions", "Client"],
        ["Gateway"] = ["Grains.Abstractions", "Client", "Azure"],
        ["Docs"] = ["Grains.Abstractions", "Agents"],
        ["Silo"] = ["Grains.Abstractions", "Core", "Agents", "Journal", "Client", "Grains", "Demo", "Docs", "Storage.Sqlite", "Azure"],
        ["OrleansAgents"] = ["Grains.Abstractions", "Core", "Agents", "Journal", "Client", "Grains", "Demo", "Storage.Sqlite", "Azure", "Silo", "Gateway"],
        ["Testing"] = ["Grains.Abstractions", "Core", "Agents", "Journal", "Client", "Grains", "Demo", "Storage.Sqlite", "Azure", "Silo"],
        ["Standalone"] = ["Agents", "Silo", "Gateway", "OrleansAgents"],
    };

    private static readonly House Tree = House.Read();
    private static readonly Arrows All = new(Tree, Directory.EnumerateFiles(AppContext.BaseDirectory, "OrleansAgents*.dll").Append(Path.Combine(AppContext.BaseDirectory, "Standalone.dll")));

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Fact]
    public void Every_project_has_its_rule() => Assert.Equal(House.Projects.Keys.Order(), Allowed.Keys.Order());

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_those_below_it(string project)
    {
        var file = XDocument.Load(House.Projects[project]);
        var references = file.Descendants("ProjectReference").Select(r => r.Attribute("Include")!.Value).Select(Path.GetFileNameWithoutExtension);
        Assert.Empty(references.Except(Allowed[project]));
        None(All.Between
            .Where(a => House.ProjectOf(a.From) == project && House.ProjectOf(a.To) != project && !Allowed[project].Contains(House.ProjectOf(a.To)))
            .Select(a => $"{a.From} -> {a.To}: {a.Witness}"));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_rooms_of_a_project_refer_to_each_other_in_one_direction(string project) => None(All.CyclesIn(project));

    [Fact]
    public void The_arrows_are_found()
    {
        Assert.Contains(All.Between, a => a is { From: "Grains/Runs", To: "Core/Runs" });
        Assert.Contains(All.Between, a => a is { From: "Storage.Sqlite", To: "Journal" });
    }

    private static void None(IEnumerable<string> arrows)
    {
        var found = arrows.Order().ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}
