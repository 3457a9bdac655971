using Amqp.Framing;
using Amqp.Listener;

namespace OrleansAgents.EventHubsServer;

/// <summary>The link of a producer: stores what it sends, in a partition of its own or in one of the hub's choice.</summary>
internal sealed class SenderEndpoint(Hub hub, Partition? partition) : LinkEndpoint
{
    public override void OnMessage(MessageContext messageContext)
    {
        if (messageContext.Link.IsClosed)
        {
            return;
        }

        var message = messageContext.Message;
        if (Refuse(Envelope.Bytes(message).Length) is { } refusal)
        {
            messageContext.Complete(refusal.ToError());
            return;
        }

        (partition ?? hub.Choose(Envelope.PartitionKey(message))).Append(Envelope.Unpack(message));
        hub.Changed();
        if (hub.Faults.AcceptDelay > TimeSpan.Zero)
        {
            _ = AcceptLaterAsync(messageContext);
        }
        else
        {
            messageContext.Complete();
        }
    }

    /// <summary>Producers have nothing to say about flow.</summary>
    public override void OnFlow(FlowContext flowContext)
    {
    }

    /// <summary>Producers settle nothing: the hub does.</summary>
    public override void OnDisposition(DispositionContext dispositionContext)
    {
    }

    public override void OnLinkClosed(ListenerLink link, Error error) => hub.Remove(link);

    private Refusal? Refuse(int size) =>
        hub.Faults.RefuseSends ?? (size > hub.MaxMessageBytes ? Refusal.TooLarge(size, hub.MaxMessageBytes) : null);

    private async Task AcceptLaterAsync(MessageContext message)
    {
        await hub.DelayAsync(f => f.AcceptDelay);
        if (!message.Link.IsClosed)
        {
            message.Complete();
        }
    }
}
