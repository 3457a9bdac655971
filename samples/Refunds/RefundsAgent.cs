using OrleansAgents;

namespace Refunds;

/// <summary>The agent, declared once for the program and for its tests.</summary>
public static class RefundsAgent
{
    public static void Declare(AgentBuilder agent) => agent
        .Instructions("Look the order up before you act. Pay back only what was paid.")
        .Tool(Orders.Find, t => t.ReadOnly())
        .Tool(Orders.Refund, t => t.Idempotent().Timeout(30).NeedsApproval(call => call.Get<decimal>("amount") > 50));
}
