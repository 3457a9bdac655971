using Microsoft.AspNetCore.Http;

namespace OrleansAgents.Gateway.Http;

/// <summary>Writes answers.</summary>
internal static class Answer
{
    /// <summary>What a run says changes with every event; nobody may keep it.</summary>
    public static Task JsonAsync<T>(HttpContext context, T value)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(value, GatewayJson.Answers, context.RequestAborted);
    }
}
