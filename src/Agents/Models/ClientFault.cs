using System.Net;
using System.Text;
using System.Text.Json;
using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models;

/// <summary>Status and error of a provider's answer, from the exception of a third-party client.</summary>
/// <remarks>Reflection over common property names spares a dependency on each client.</remarks>
/// <param name="Status">Null for an error inside a stream.</param>
internal readonly record struct ClientFault(int? Status, ProviderError Error)
{
    /// <summary>OllamaSharp throws it at status 400 alone. It holds the server's message and not the status.</summary>
    private const string Ollama = "OllamaSharp.Models.Exceptions.OllamaException";

    private static readonly string[] Statuses = ["StatusCode", "Status", "HttpStatusCode"];
    private static readonly string[] Bodies = ["ResponseBody", "Body", "ResponseContent"];

    /// <summary>Null if the exception has neither a status nor an error in a known form. Never throws.</summary>
    public static ClientFault? Read(Exception exception)
    {
        if (IsOllama(exception.GetType()))
        {
            return new(400, new(null, null, exception.Message));
        }

        var status = Statuses.Select(name => StatusOf(Value(exception, name))).FirstOrDefault(s => s is not null);
        var error = Bodies.Select(name => ErrorOf(Value(exception, name))).FirstOrDefault(e => e != default);
        return status is null && error.Code is null && error.Type is null ? null
            : new(status, error == default ? new(null, null, exception.Message) : error);
    }

    private static bool IsOllama(Type? type) => type is not null && (type.FullName == Ollama || IsOllama(type.BaseType));

    private static int? StatusOf(object? value) => value switch
    {
        HttpStatusCode status and >= (HttpStatusCode)300 and < (HttpStatusCode)600 => (int)status,
        int status and >= 300 and < 600 => status,
        _ => null,
    };

    private static ProviderError ErrorOf(object? value) => value switch
    {
        JsonElement json => ProviderError.Of(json),
        string text => ProviderError.Parse(Encoding.UTF8.GetBytes(text)),
        _ => default,
    };

    private static object? Value(Exception exception, string name)
    {
        try
        {
            return exception.GetType().GetProperty(name)?.GetValue(exception);
        }
        catch (Exception)
        {
            // The getter is foreign code and may throw anything.
            return null;
        }
    }
}
