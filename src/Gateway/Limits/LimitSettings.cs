namespace OrleansAgents.Gateway.Limits;

/// <summary>The settings below <c>Limits</c>.</summary>
/// <param name="Connections">Of everybody together; further ones are closed as they are made.</param>
/// <param name="OpenPerUser">Requests under way, streams and hub connections that one user may hold. A person with many tabs has some dozens.</param>
/// <param name="RequestsPerSecond">Of one user, hub commands included.</param>
/// <param name="BodyBytesPerUser">Bytes of bodies and of unfinished hub messages that are held for one user at a time.</param>
internal sealed record LimitSettings(int Connections, int OpenPerUser, int RequestsPerSecond, int BodyBytesPerUser)
{
    private const string Root = "Limits";
    private const int Most = 1_000_000;
    private static readonly string[] Names = [nameof(Connections), nameof(OpenPerUser), nameof(RequestsPerSecond), nameof(BodyBytesPerUser)];

    /// <summary>What may be asked at once after a quiet time.</summary>
    public int Burst => RequestsPerSecond * 20;

    /// <exception cref="InvalidOperationException">Names the key.</exception>
    public static LimitSettings Read(IConfiguration configuration)
    {
        var limits = configuration.GetSection(Root);
        int Number(string name, int otherwise, int least = 1, int most = Most) => limits[name] is not { } text ? otherwise
            : int.TryParse(text, System.Globalization.NumberStyles.None, null, out var n) && n >= least && n <= most ? n
            : throw new InvalidOperationException($"{Root}:{name} is \"{text}\"; give a whole number from {least} to {most}.");

        // The largest body must fit alone, or it could never be read.
        var read = new LimitSettings(
            Number(nameof(Connections), 10_000), Number(nameof(OpenPerUser), 200), Number(nameof(RequestsPerSecond), 50),
            Number(nameof(BodyBytesPerUser), 64 * 1024 * 1024, RequestBody.MaxBytes, int.MaxValue));
        return limits.GetChildren().FirstOrDefault(c => !Names.Contains(c.Key)) is { } unknown
            ? throw new InvalidOperationException($"{unknown.Path} is not a setting; there are {string.Join(", ", Names.Select(name => $"{Root}:{name}"))}.")
            : read;
    }
}
