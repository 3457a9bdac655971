using System.Security.Cryptography;
using System.Text.Json;

namespace OrleansAgents.Gateway.Http;

/// <summary>Writes answers.</summary>
internal static class Answer
{
    /// <summary>What a run says changes with every event; nobody may keep it. Who has read it before asks with the <c>ETag</c>, and is answered 304 where it is the same.</summary>
    public static async Task JsonAsync<T>(HttpContext context, T value)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsGet(request.Method) || response.StatusCode != StatusCodes.Status200OK)
        {
            await response.WriteAsJsonAsync(value, GatewayJson.Answers, context.RequestAborted);
            return;
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(value, GatewayJson.Answers);

        // Weak: the same answer may be compressed or not.
        var tag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16))}\"";
        response.Headers.ETag = tag;
        if (request.Headers.IfNoneMatch.Contains(tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/json; charset=utf-8";
        await response.Body.WriteAsync(body, context.RequestAborted);
    }
}
