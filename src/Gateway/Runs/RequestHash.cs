using System.Security.Cryptography;
using System.Text.Json;

namespace OrleansAgents.Gateway.Runs;

/// <summary>Tells whether two requests under one key are the same: by what they mean, not by how they are written.</summary>
internal static class RequestHash
{
    /// <summary>SHA-256 over the command's name, its run and its parsed request; fields in a fixed order.</summary>
    /// <param name="runId">Null for a start, whose run follows from its key.</param>
    public static string Of<T>(string command, string? runId, T request)
    {
        var canonical = new { command, runId, request };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(canonical, Http.GatewayJson.Answers)));
    }

    /// <summary>A start without what only shapes its answer, and with its metadata in order.</summary>
    public static string OfStart(StartRequest request) => Of("start", null, request with
    {
        Stream = false,
        StartAt = request.StartAt?.ToUniversalTime(),
        Metadata = request.Metadata is { Count: > 0 } metadata
            ? new(metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
            : null,
    });
}
