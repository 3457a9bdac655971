using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>Calls any method of the hub as a client would.</summary>
internal static class HubCalls
{
    /// <summary>The answer, or the first item of a stream.</summary>
    public static async Task<JsonElement> CallAsync(this HubConnection hub, MethodInfo method, object?[] arguments)
    {
        if (method.ReturnType.Name.StartsWith("Task", StringComparison.Ordinal))
        {
            return await hub.InvokeCoreAsync<JsonElement>(method.Name, arguments);
        }

        await foreach (var item in hub.StreamAsyncCore<JsonElement>(method.Name, arguments))
        {
            return item;
        }

        throw new InvalidOperationException($"{method.Name} ended without a word.");
    }
}
