using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Json;

namespace OrleansAgents.Agents.Tools;

/// <summary>Makes a method a tool. Its <see cref="ToolCall"/>, services and token are bound here and hidden from the model.</summary>
internal static class ToolBinding
{
    /// <summary>Where the <see cref="ToolCall"/> is in the arguments' context.</summary>
    private static readonly object CallKey = new();

    public static AIFunction Bind(ToolRegistration tool, IServiceProviderIsService? services)
    {
        var options = new AIFunctionFactoryOptions
        {
            Name = tool.Name,
            Description = tool.Description ?? (tool.Method.Method.IsDefined(typeof(DescriptionAttribute)) ? null : XmlDocs.SummaryOf(tool.Method.Method)),
            JsonSchemaCreateOptions = new()
            {
                ParameterDescriptionProvider = static p => p.GetCustomAttribute<DescriptionAttribute>()?.Description ?? XmlDocs.TextOf(p),
            },
            SerializerOptions = ToolJson.Options,
            ExcludeResultSchema = true,
            ConfigureParameterBinding = parameter => Binding(parameter, services),

            // A method without a value has one word for the model; all other values are rendered by the caller.
            MarshalResult = static (value, type, _) => ValueTask.FromResult(type is null ? "done" : value),
        };
        return AIFunctionFactory.Create(tool.Method, options);
    }

    /// <summary>A check gets what its tool gets, and gives an <see cref="OrleansAgents.CallEffect"/>.</summary>
    public static AIFunction BindCheck(ToolRegistration tool, Delegate check, IServiceProviderIsService? services) => AIFunctionFactory.Create(check, new AIFunctionFactoryOptions
    {
        Name = tool.Name,
        SerializerOptions = ToolJson.Options,
        ExcludeResultSchema = true,
        ConfigureParameterBinding = parameter => Binding(parameter, services),
        MarshalResult = static (value, _, _) => ValueTask.FromResult(value),
    });

    public static AIFunctionArguments Arguments(JsonElement arguments, ToolCall call, IServiceProvider services)
    {
        var result = new AIFunctionArguments { Services = services, Context = new Dictionary<object, object?> { [CallKey] = call } };
        if (arguments.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in arguments.EnumerateObject())
            {
                result[property.Name] = property.Value;
            }
        }

        return result;
    }

    private static AIFunctionFactoryOptions.ParameterBindingOptions Binding(ParameterInfo parameter, IServiceProviderIsService? services)
    {
        var type = parameter.ParameterType;
        if (type == typeof(ToolCall))
        {
            return new() { ExcludeFromSchema = true, BindParameter = static (_, arguments) => arguments.Context![CallKey] };
        }

        // The container offers every IEnumerable<T>, also one that is an argument.
        var sequence = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>);
        if (!sequence && type != typeof(IServiceProvider) && services?.IsService(type) == true)
        {
            return new() { ExcludeFromSchema = true, BindParameter = static (p, arguments) => arguments.Services!.GetRequiredService(p.ParameterType) };
        }

        return default;
    }
}
