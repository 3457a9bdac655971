using Amqp.Listener;

namespace OrleansAgents.EventHubsServer;

/// <summary>The node <c>$cbs</c>: a client puts the token that authorises its connection.</summary>
/// <remarks>One valid token authorises the whole connection; the audience is not compared with the links that follow.</remarks>
internal sealed class Tokens(SasKey key) : IRequestProcessor
{
    private const string Authorized = "authorized";

    public int Credit => 100;

    public static bool IsAuthorized(ListenerLink link) => ((ListenerConnection)link.Session.Connection).Properties.ContainsKey(Authorized);

    public void Process(RequestContext requestContext)
    {
        if (requestContext.Message.ApplicationProperties?["operation"] as string != "put-token")
        {
            requestContext.Answer(400, "The operation is not supported.");
        }
        else if (key.Fault(requestContext.Message.Body as string) is { } fault)
        {
            requestContext.Answer(401, fault);
        }
        else
        {
            ((ListenerConnection)requestContext.Link.Session.Connection).Properties[Authorized] = true;
            requestContext.Answer(202, "Accepted");
        }
    }
}
