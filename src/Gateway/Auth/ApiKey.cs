using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OrleansAgents.Gateway.Auth;

/// <summary>A random secret of 256 bits, kept as its hash only.</summary>
/// <remarks>Nobody guesses it, so that a plain SHA-256 is enough; slow hashes are for secrets that people choose.</remarks>
internal static class ApiKey
{
    /// <summary>Tells a key from a token, and lets scanners for leaked secrets find it.</summary>
    public const string Prefix = "oak_";

    private const string HashPrefix = "sha256:";

    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static string HashOf(string key) => HashPrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    public static bool IsHash(string text) =>
        text.Length == HashPrefix.Length + 64 && text.StartsWith(HashPrefix, StringComparison.Ordinal)
        && text[HashPrefix.Length..].All(char.IsAsciiHexDigitLower);
}
