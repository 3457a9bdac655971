
namespace OrleansAgents.Agents.Models.Answers;

/// <param name="kind"><c>text</c> or <c>reasoning</c>.</param>
internal delegate void DeltaSink(string kind, string text);
