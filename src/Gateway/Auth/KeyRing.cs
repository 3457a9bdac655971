using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace OrleansAgents.Gateway.Auth;

/// <summary>The keys that are good at present; follows the configuration. Thread-safe.</summary>
internal sealed partial class KeyRing : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly ILogger<KeyRing> _log;
    private readonly IDisposable _following;
    private volatile FrozenDictionary<string, Identity> _keys;

    public KeyRing(IConfiguration configuration, ILogger<KeyRing> log)
    {
        (_configuration, _log) = (configuration, log);

        // Followed first: what changes during the first reading is read again.
        _keys = FrozenDictionary<string, Identity>.Empty;
        _following = ChangeToken.OnChange(configuration.GetReloadToken, Read);
        Read();
    }

    /// <summary>Whose key this is, or null.</summary>
    public Identity? WhoHas(string key) => _keys.GetValueOrDefault(ApiKey.HashOf(key));

    /// <summary>Whether the key is still there, with the same rights.</summary>
    public bool Holds(Identity who) => _keys.GetValueOrDefault(who.KeyHash!) == who;

    public void Dispose() => _following.Dispose();

    private void Read()
    {
        var keys = new Dictionary<string, Identity>();
        foreach (var section in _configuration.GetSection(AuthConfiguration.Keys).GetChildren())
        {
            try
            {
                var who = AuthConfiguration.KeyOf(section);
                keys.TryAdd(who.KeyHash!, who);
            }
            catch (InvalidOperationException e)
            {
                // The start has checked all of it. A key that was broken since opens nothing, and the others go on.
                LeftOut(_log, e.Message);
            }
        }

        _keys = keys.ToFrozenDictionary();
    }

    [LoggerMessage(1, LogLevel.Error, "A key is left out: {Reason}")]
    private static partial void LeftOut(ILogger log, string reason);
}
