using System.Globalization;
using System.Text;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>Reads JSON strings that hold half of a surrogate pair, which .NET's reader refuses.</summary>
internal static class JsonText
{
    /// <param name="escaped">What stands between the quotes of a string that a JSON reader has found to be well formed.</param>
    public static string Unescape(ReadOnlySpan<byte> escaped)
    {
        var text = Encoding.UTF8.GetString(escaped);
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
            }
            else if (text[++i] == 'u')
            {
                result.Append((char)int.Parse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
            {
                result.Append(text[i] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
            }
        }

        return result.ToString();
    }
}
