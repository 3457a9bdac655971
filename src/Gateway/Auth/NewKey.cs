using System.Text.Json;

namespace OrleansAgents.Gateway.Auth;

/// <summary>The command <c>new-key</c>: makes a key, shows it once, and says what to configure.</summary>
public static class NewKey
{
    private const string Usage = "Use: new-key --user <name> [--tenant <name>] [--roles start,view,steer,approve,admin]";
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    /// <summary>Whether the program was started for this alone.</summary>
    public static bool IsAsked(IReadOnlyList<string> args) => args is ["new-key", ..];

    /// <summary>Does it.</summary>
    /// <returns>The program's exit code.</returns>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        var given = args.Skip(1).Chunk(2).ToLookup(pair => pair[0], pair => pair.ElementAtOrDefault(1) ?? "");
        var (user, tenant) = (given["--user"].LastOrDefault(""), given["--tenant"].LastOrDefault(AuthConfiguration.DefaultTenant));
        var roles = AuthConfiguration.Split(given["--roles"].LastOrDefault("start,view,steer,approve"));
        var wrong = given.Select(g => g.Key).FirstOrDefault(name => name is not ("--user" or "--tenant" or "--roles")) is { } option ? $"There is no option {option}."
            : !AuthConfiguration.IsName(user) ? "Name the user with --user."
            : !AuthConfiguration.IsName(tenant) ? "A tenant has 1 to 256 characters."
            : roles.Length == 0 ? $"Name roles of {RoleNames.All}."
            : Array.Find(roles, r => RoleNames.Of(r) == Roles.None) is { } role ? $"There is no role {role}; roles are {RoleNames.All}."
            : null;
        if (wrong is not null)
        {
            error.WriteLine($"{wrong} {Usage}");
            return 1;
        }

        var key = ApiKey.New();
        var hash = ApiKey.HashOf(key);
        var settings = new { Hash = hash, Tenant = tenant, User = user, Roles = roles };
        var id = string.Concat(user.Where(char.IsAsciiLetterOrDigit)) + "_" + hash[^4..];
        output.WriteLine($"The key of {user}, shown this once:");
        output.WriteLine();
        output.WriteLine(key);
        output.WriteLine();
        output.WriteLine("Add this to appsettings.json beside the program. The hash gives the key to nobody, and taking the entry out again ends what the key opens.");
        output.WriteLine();
        output.WriteLine(JsonSerializer.Serialize(
            new { Auth = new { Keys = new Dictionary<string, object> { [id] = settings } } }, Json));
        output.WriteLine();
        output.WriteLine("Or as environment variables, which are read at the start only:");
        output.WriteLine();
        output.WriteLine($"Auth__Keys__{id}__Hash={hash}");
        output.WriteLine($"Auth__Keys__{id}__Tenant={tenant}");
        output.WriteLine($"Auth__Keys__{id}__User={user}");
        output.WriteLine($"Auth__Keys__{id}__Roles={string.Join(',', roles)}");
        return 0;
    }
}
