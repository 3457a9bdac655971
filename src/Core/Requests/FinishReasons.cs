using OrleansAgents.Events;

namespace OrleansAgents.Core.Requests;

/// <summary>Words of <see cref="ModelCompleted.FinishReason"/> that decide something.</summary>
internal static class FinishReasons
{
    public const string Interrupted = "interrupted";
    public const string Length = "length";
}
