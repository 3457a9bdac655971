using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansAgents.Client.Calls;

/// <summary>Tells whether two requests under one key are the same: by what they mean, not by how they are written.</summary>
internal static class RequestHash
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>SHA-256 over the command's name, its run and its parsed request; fields in a fixed order.</summary>
    /// <param name="runId">Null for a start, whose run follows from its key.</param>
    public static string Of<T>(string command, string? runId, T request) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { command, runId, request }, Json)));
}
