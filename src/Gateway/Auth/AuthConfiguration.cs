using OrleansAgents.Events;

namespace OrleansAgents.Gateway.Auth;

/// <summary>Reads the keys below <c>Auth</c>, each fault as a sentence that names its key.</summary>
internal static class AuthConfiguration
{
    public const string Root = "Auth";
    public const string Keys = "Auth:Keys";
    public const string Jwt = "Auth:Jwt";

    /// <summary>Where neither a key nor a token says otherwise.</summary>
    public const string DefaultTenant = "default";

    /// <summary>Whether callers have to say who they are. Whoever sets anything here counts on being protected.</summary>
    public static bool IsConfigured(IConfiguration configuration) => configuration.GetSection(Root).Exists();

    /// <exception cref="InvalidOperationException">Names the key.</exception>
    public static void Check(IConfiguration configuration)
    {
        if (!IsConfigured(configuration))
        {
            return;
        }

        var sections = configuration.GetSection(Root).GetChildren().ToList();
        if (sections.Find(s => s.Path is not (Keys or Jwt)) is { } unknown)
        {
            throw Wrong(unknown.Path, "is not a setting; there are Auth:Keys and Auth:Jwt");
        }

        if (sections.Count == 0 || sections.Exists(s => s.Value is { Length: > 0 }))
        {
            throw Wrong(sections.Find(s => s.Value is { Length: > 0 })?.Path ?? Root, "has settings below it and no value of its own; new-key prints those of a key");
        }

        var seen = new HashSet<string>();
        foreach (var section in configuration.GetSection(Keys).GetChildren())
        {
            if (!seen.Add(KeyOf(section).KeyHash!))
            {
                throw Wrong($"{section.Path}:Hash", "is the hash of another key too; give each user a key of their own");
            }
        }

        if (configuration.GetSection(Jwt).Exists())
        {
            JwtSettings.Read(configuration);
        }
    }

    /// <summary>One entry of <c>Auth:Keys</c>.</summary>
    /// <exception cref="InvalidOperationException">Names the key.</exception>
    public static Identity KeyOf(IConfigurationSection section)
    {
        if (section["Hash"] is not { } hash || !ApiKey.IsHash(hash))
        {
            throw Wrong($"{section.Path}:Hash", "is not sha256: and 64 hexadecimal digits in lower case; make one with the argument new-key");
        }

        var roles = Roles.None;
        var names = section.GetSection("Roles").GetChildren().Select(c => (c.Path, c.Value ?? ""))
            .Concat(Split(section["Roles"]).Select(name => ($"{section.Path}:Roles", name)));
        foreach (var (path, name) in names)
        {
            roles |= RoleNames.Of(name) is var role and not Roles.None ? role : throw Wrong(path, $"is \"{name}\", which is no role; roles are {RoleNames.All}");
        }

        if (roles == Roles.None)
        {
            throw Wrong($"{section.Path}:Roles", $"names no role, so that the key would open nothing; roles are {RoleNames.All}");
        }

        var who = new Principal(section["Tenant"] ?? DefaultTenant, section["User"] ?? "");
        return !IsName(who.User) ? throw Wrong($"{section.Path}:User", "is missing, too long or has control characters; name the user that the key is of")
            : !IsName(who.Tenant) ? throw Wrong($"{section.Path}:Tenant", "is too long or has control characters")
            : new(who, roles, null, hash);
    }

    /// <summary>Whether a tenant or a user may be called so.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 256 && !text.Any(char.IsControl);

    public static string[] Split(string? list) =>
        (list ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static InvalidOperationException Wrong(string key, string what) => new($"{key} {what}.");
}
