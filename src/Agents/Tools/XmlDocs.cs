using System.Collections.Concurrent;
using System.Reflection;
using System.Xml;
using System.Xml.Linq;

namespace OrleansAgents;

/// <summary>Reads what XML documentation beside an assembly says of a method. Without such a file it knows nothing.</summary>
internal static class XmlDocs
{
    private static readonly ConcurrentDictionary<Assembly, Dictionary<string, XElement>> Files = new();

    public static string? SummaryOf(MethodInfo method) => Text(Find(method)?.Element("summary"));

    public static string? TextOf(ParameterInfo parameter) => Text(
        Find((MethodInfo)parameter.Member)?.Elements("param").FirstOrDefault(p => (string?)p.Attribute("name") == parameter.Name));

    private static XElement? Find(MethodInfo method) => method.DeclaringType is { FullName: { } type }
        ? Files.GetOrAdd(method.DeclaringType.Assembly, Load).GetValueOrDefault($"M:{type.Replace('+', '.')}.{method.Name}")
        : null;

    /// <summary>Methods by name without their parameters: a tool's name is unique in its type, or else the first one speaks.</summary>
    private static Dictionary<string, XElement> Load(Assembly assembly)
    {
        var found = new Dictionary<string, XElement>(StringComparer.Ordinal);
        var path = string.IsNullOrEmpty(assembly.Location) ? null : Path.ChangeExtension(assembly.Location, ".xml");
        if (path is null || !File.Exists(path))
        {
            return found;
        }

        try
        {
            foreach (var member in XDocument.Load(path).Descendants("member"))
            {
                if ((string?)member.Attribute("name") is { } name)
                {
                    found.TryAdd(name.Split('(')[0], member);
                }
            }
        }
        catch (XmlException)
        {
            // A broken file says nothing, like none.
        }

        return found;
    }

    private static string? Text(XElement? element)
    {
        var text = element is null ? "" : string.Join(' ', element.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length == 0 ? null : text;
    }
}
