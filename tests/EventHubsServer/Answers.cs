using Amqp;
using Amqp.Listener;

namespace OrleansAgents.EventHubsServer;

internal static class Answers
{
    /// <summary>Answers a request on <c>$cbs</c> or <c>$management</c>.</summary>
    public static void Answer(this RequestContext request, int status, string description, object? body = null)
    {
        var answer = new Message(body ?? "")
        {
            ApplicationProperties = new() { ["status-code"] = status, ["status-description"] = description },
            Properties = new(),
        };

        // RequestContext.Complete copies ids of type string alone.
        answer.Properties.SetCorrelationId(request.Message.Properties.GetMessageId());
        request.ResponseLink?.SendMessage(answer);
    }
}
