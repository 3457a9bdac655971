using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrleansAgents.EventHubsServer;

/// <summary>The key that clients sign their tokens with.</summary>
internal sealed class SasKey
{
    /// <summary>Name and first value are those of Microsoft's own emulator.</summary>
    public const string Name = "RootManageSharedAccessKey";

    private volatile string _value = "SAS_KEY_VALUE";

    public string Value
    {
        get => _value;
        set => _value = value;
    }

    /// <summary>Why a token does not count; null if it does.</summary>
    /// <param name="token"><c>SharedAccessSignature sr={uri}&amp;sig={signature}&amp;se={expiry}&amp;skn={key name}</c>, each value escaped.</param>
    public string? Fault(string? token)
    {
        const string Prefix = "SharedAccessSignature ";
        if (token is null || !token.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return "The token is not a shared access signature.";
        }

        var fields = token[Prefix.Length..].Split('&').Select(f => f.Split('=', 2)).Where(f => f.Length == 2).ToDictionary(f => f[0], f => f[1]);
        string Field(string name) => fields.GetValueOrDefault(name, "");
        if (Uri.UnescapeDataString(Field("skn")) != Name || !IsSigned($"{Field("sr")}\n{Field("se")}", Uri.UnescapeDataString(Field("sig"))))
        {
            return "The token has an invalid signature.";
        }

        return long.TryParse(Field("se"), CultureInfo.InvariantCulture, out var end) && end > TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()
            ? null
            : "The token has expired.";
    }

    private bool IsSigned(string text, string signature)
    {
        var expected = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(_value), Encoding.UTF8.GetBytes(text)));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(signature));
    }
}
