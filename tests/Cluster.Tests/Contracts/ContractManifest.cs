using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;

namespace OrleansAgents.Cluster.Tests.Contracts;

/// <summary>The identities that processes of different builds share: a line for each grain, method and serialized member. <c>!</c> marks one that follows from a name in the code.</summary>
internal static class ContractManifest
{
    private static readonly string[] Assemblies =
        ["OrleansAgents.Grains.Abstractions", "OrleansAgents.Client", "OrleansAgents.Core", "OrleansAgents.Agents", "OrleansAgents.Journal", "OrleansAgents.Grains", "OrleansAgents.Silo", "OrleansAgents.Storage.Sqlite"];

    /// <summary>Sorted lines.</summary>
    /// <param name="services">Of a silo that hosts all grains.</param>
    public static IEnumerable<string> Of(IServiceProvider services)
    {
        var interfaces = services.GetRequiredService<GrainInterfaceTypeResolver>();
        var grains = services.GetRequiredService<GrainTypeResolver>();
        var types = AppDomain.CurrentDomain.GetAssemblies().Where(a => Assemblies.Contains(a.GetName().Name)).SelectMany(a => a.GetTypes())
            .Where(t => !t.Name.StartsWith("Proxy_", StringComparison.Ordinal)).ToList();
        return types.Where(t => t is { IsClass: true, IsAbstract: false } && typeof(Grain).IsAssignableFrom(t))
            .SelectMany(grain => grain.GetInterfaces().Where(IsOurs).Select(i => $"grain {grains.GetGrainType(grain)} implements {interfaces.GetGrainInterfaceType(i)}"))
            .Concat(types.Where(t => t.IsInterface && typeof(IAddressable).IsAssignableFrom(t)).SelectMany(i => MethodsOf(i, $"{interfaces.GetGrainInterfaceType(i)}")))
            .Concat(types.Where(t => t.GetCustomAttribute<GenerateSerializerAttribute>() is not null).SelectMany(MembersOf))
            .Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> MethodsOf(Type type, string name) => type.GetMethods().Select(method =>
        $"interface {name} {method.GetCustomAttribute<AliasAttribute>()?.Alias ?? "!" + method.Name}"
        + $"({string.Join(", ", method.GetParameters().Select(p => NameOf(p.ParameterType)))}): {NameOf(method.ReturnType)}");

    private static IEnumerable<string> MembersOf(Type type)
    {
        var name = NameOf(type);
        yield return $"type {name}{(type.IsEnum ? " = " + string.Join(", ", Enum.GetNames(type).Select(n => $"{n} {Convert.ToInt64(Enum.Parse(type, n))}")) : "")}";
        foreach (var member in type.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        {
            if (member.GetCustomAttribute<IdAttribute>() is { } id)
            {
                yield return $"type {name} [{id.Id}] {NameOf(member is PropertyInfo p ? p.PropertyType : ((FieldInfo)member).FieldType)}";
            }
        }
    }

    private static string NameOf(Type type) =>
        type.IsGenericParameter ? type.Name
        : type.IsArray ? NameOf(type.GetElementType()!) + "[]"
        : type.GetCustomAttribute<AliasAttribute>() is { } alias ? alias.Alias
        : (IsOurs(type) ? "!" + (type.FullName ?? type.Name).Split('`')[0] : type.Name.Split('`')[0])
            + (type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : "");

    private static bool IsOurs(Type type) => Assemblies.Contains(type.Assembly.GetName().Name);
}
