using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Json;

namespace OrleansAgents.Agents.Tools;

/// <summary>Finds at start what would only fail when a model calls the tool.</summary>
internal static class ToolMisuse
{
    private static readonly Type[] NeverArguments = [typeof(Delegate), typeof(Stream), typeof(Task), typeof(MemberInfo), typeof(IServiceProvider)];

    /// <summary>The first mistake as a sentence with its remedy; null where there is none.</summary>
    /// <param name="who">The tool with its agents.</param>
    public static string? Find(ToolRegistration tool, AIFunction function, string who)
    {
        var properties = function.JsonSchema.TryGetProperty("properties", out var found) ? found.EnumerateObject().Select(p => p.Name).ToHashSet() : [];
        foreach (var parameter in tool.Method.Method.GetParameters().Where(p => properties.Contains(p.Name!)))
        {
            if (WhyNot(parameter.ParameterType) is { } why)
            {
                return $"Parameter '{parameter.Name}' of {who} is {Name(parameter.ParameterType)}, {why}. "
                    + "Register it as a service and it is bound; otherwise take a string, a number, a list or a record with public properties.";
            }
        }

        return Asked(tool.NeedsApproval).Except(properties).FirstOrDefault() is { } unknown
            ? $"The approval rule of {who} reads '{unknown}', which is not a parameter of it; parameters are {string.Join(", ", properties)}."
            : null;
    }

    private static string? WhyNot(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (NeverArguments.Any(t => t.IsAssignableFrom(type)) || type.IsPointer || type.IsByRef)
        {
            return "which has no form in JSON";
        }

        JsonTypeInfo info;
        try
        {
            info = ToolJson.Options.GetTypeInfo(type);
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            return "which cannot be read from JSON";
        }

        return info.Kind switch
        {
            JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary => info.ElementType is { } element ? WhyNot(element) : null,
            JsonTypeInfoKind.Object when type.IsAbstract && info.PolymorphismOptions is null => "which nobody can make of JSON: it says nothing of what it is",
            JsonTypeInfoKind.Object when info.Properties.Count == 0 && type != typeof(object) => "which has nothing that a model could fill in",
            JsonTypeInfoKind.Object when !CanBeMade(type, info) => "whose constructor takes what is no property of it",
            _ => null,
        };
    }

    /// <summary>By its properties, or by a constructor whose every parameter is one of them.</summary>
    private static bool CanBeMade(Type type, JsonTypeInfo info) => type.IsValueType || info.PolymorphismOptions is not null
        || type.GetConstructor(Type.EmptyTypes) is not null
        || type.GetConstructors().Any(c => c.GetParameters().All(p => info.Properties.Any(x => string.Equals(x.Name, p.Name, StringComparison.OrdinalIgnoreCase))));

    /// <summary>What the rule reads of a call without arguments: as far as it comes.</summary>
    private static HashSet<string> Asked(Func<ToolArguments, bool>? rule)
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            _ = rule?.Invoke(new(default, asked));
        }
        catch (Exception)
        {
            // It expects arguments; what it read until here is known.
        }

        return asked;
    }

    private static string Name(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
