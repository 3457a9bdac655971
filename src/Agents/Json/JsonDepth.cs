using System.Text;
using System.Text.Json;

namespace OrleansAgents.Agents.Json;

/// <summary>How deep JSON may nest that a model or a client gives: a tool call's arguments, an output schema.</summary>
/// <remarks>
/// One limit, checked where such JSON is read, and below every limit that follows. Readers and writers of JSON stop at 64, and what
/// is recorded here is wrapped up to 8 deep: in events, in a turn's earlier messages, in answers of the API and the hub.
/// </remarks>
internal static class JsonDepth
{
    public const int Max = 48;

    /// <summary>Whether it nests deeper than <see cref="Max"/>. False for what is no JSON.</summary>
    public static bool Exceeds(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
                // The reader counts a container from its first member on.
                if (reader.CurrentDepth >= Max && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // Whoever parses it says what is wrong with it.
        }

        return false;
    }

    /// <inheritdoc cref="Exceeds(ReadOnlySpan{byte})"/>
    public static bool Exceeds(string json) => Exceeds(Encoding.UTF8.GetBytes(json));
}
