using Microsoft.Extensions.Configuration;

namespace OrleansAgents.Gateway.Limits;

/// <summary>The settings below <c>Limits</c>.</summary>
/// <param name="Connections">Of everybody together; further ones are closed as they are made.</param>
/// <param name="OpenPerUser">Requests under way, streams and hub connections that one user may hold. A person with many tabs has some dozens.</param>
/// <param name="RequestsPerSecond">Of one user, hub commands included.</param>
internal sealed record LimitSettings(int Connections, int OpenPerUser, int RequestsPerSecond)
{
    private const string Root = "Limits";
    private const int Most = 1_000_000;

    /// <summary>What may be asked at once after a quiet time.</summary>
    public int Burst => RequestsPerSecond * 20;

    /// <exception cref="InvalidOperationException">Names the key.</exception>
    public static LimitSettings Read(IConfiguration configuration)
    {
        var limits = configuration.GetSection(Root);
        int Number(string name, int otherwise) => limits[name] is not { } text ? otherwise
            : int.TryParse(text, System.Globalization.NumberStyles.None, null, out var n) && n is > 0 and <= Most ? n
            : throw new InvalidOperationException($"{Root}:{name} is \"{text}\"; give a whole number from 1 to {Most}.");

        var read = new LimitSettings(
            Number(nameof(Connections), 10_000), Number(nameof(OpenPerUser), 200), Number(nameof(RequestsPerSecond), 50));
        return limits.GetChildren().FirstOrDefault(c => c.Key is not (nameof(Connections) or nameof(OpenPerUser) or nameof(RequestsPerSecond))) is { } unknown
            ? throw new InvalidOperationException($"{unknown.Path} is not a setting; there are Limits:Connections, Limits:OpenPerUser and Limits:RequestsPerSecond.")
            : read;
    }
}
