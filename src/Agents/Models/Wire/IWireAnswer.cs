using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>What the events of one answer have said so far, on one wire.</summary>
internal interface IWireAnswer
{
    /// <summary>The server has said the end, and nothing of the answer after it.</summary>
    bool IsWhole { get; }

    /// <summary>Nothing more is worth reading.</summary>
    bool IsOver { get; }

    /// <exception cref="System.Text.Json.JsonException">It is no JSON.</exception>
    void Read(ReadOnlySpan<byte> json);

    void Fail(ProviderError error);

    /// <summary>The stream has ended: the calls are as whole as they will be, and are handed out, once.</summary>
    /// <param name="isDone">The server said so with <c>[DONE]</c>, and not only the connection.</param>
    void Close(bool isDone);
}
