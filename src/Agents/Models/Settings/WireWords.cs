namespace OrleansAgents.Agents.Models.Settings;

/// <summary>The wire that a server is asked over.</summary>
internal enum ModelApi
{
    /// <summary>OpenAI's chat completions, which compatible servers speak too.</summary>
    Chat,

    /// <summary>OpenAI's responses. The server keeps nothing of them.</summary>
    Responses,
}

/// <summary>How a server is asked for an answer in a form.</summary>
internal enum StructuredOutput
{
    /// <summary>The schema goes with the request, and the server keeps to it.</summary>
    JsonSchema,

    /// <summary>The server keeps to JSON; the schema is in the instructions.</summary>
    JsonObject,

    /// <summary>Nothing but instructions.</summary>
    Instructions,
}

/// <summary>Which ids of tool calls a server takes back; others are replaced by ones that it takes.</summary>
internal enum CallIds
{
    /// <summary>All.</summary>
    Any,

    /// <summary>Of at most 40 characters.</summary>
    Short,

    /// <summary>Of nine letters and digits.</summary>
    Nine,
}
