using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace OrleansAgents.Agents.Settings;

/// <summary>Reads values of a configuration section; a wrong one ends in a sentence that names its key.</summary>
internal static class Settings
{
    /// <summary>The value without surrounding spaces, or null where it is absent or empty.</summary>
    public static string? Text(this IConfigurationSection section, string key) =>
        string.IsNullOrWhiteSpace(section[key]) ? null : section[key]!.Trim();

    /// <exception cref="InvalidSettingException">Not a whole number, or outside the range.</exception>
    public static int Whole(this IConfigurationSection section, string key, int fallback, int min, int max)
    {
        if (section.Text(key) is not { } text)
        {
            return fallback;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new InvalidSettingException($"{section.Path}:{key} is '{text}'; use a whole number from {min} to {max}.");
    }

    /// <summary>False where it is absent.</summary>
    /// <exception cref="InvalidSettingException">Neither true nor false.</exception>
    public static bool Flag(this IConfigurationSection section, string key) => section.Text(key) is { } text
        && (bool.TryParse(text, out var flag) ? flag : throw new InvalidSettingException($"{section.Path}:{key} is '{text}'; give true or false."));

    /// <summary>An amount of US dollars, or null where it is absent.</summary>
    /// <exception cref="InvalidSettingException">Not a decimal number, or outside the range.</exception>
    public static decimal? Dollars(this IConfigurationSection section, string key)
    {
        const decimal Max = 1_000_000;
        return section.Text(key) is not { } text ? null
            : decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value <= Max ? value
            : throw new InvalidSettingException($"{section.Path}:{key} is '{text}'; use US dollars from 0 to {Max}, with a point, such as 2.50.");
    }

    /// <exception cref="InvalidSettingException">The section is a plain value, or has a key that nothing reads.</exception>
    public static void Allow(this IConfigurationSection section, params ReadOnlySpan<string> keys)
    {
        if (section.Value is { Length: > 0 })
        {
            throw new InvalidSettingException($"{section.Path} is a plain value; set {section.Path}:{keys[0]} and its neighbours instead.");
        }

        foreach (var child in section.GetChildren())
        {
            var known = false;
            foreach (var key in keys)
            {
                known |= key.Equals(child.Key, StringComparison.OrdinalIgnoreCase);
            }

            if (!known)
            {
                throw new InvalidSettingException($"{child.Path} is not a known key; known are {string.Join(", ", keys.ToArray())}.");
            }
        }
    }
}
