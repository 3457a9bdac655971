namespace OrleansAgents.Core.Memory;

/// <summary>Names and versions of the assembling functions, as <c>model.started</c> pins them.</summary>
internal static class Assemblers
{
    /// <summary>Earlier turns, the input, facts of what is older, and the newest whole groups. <c>window/1</c>, of before there were facts, is no longer begun and still shown.</summary>
    public const string Budget = "budget/1";
}
