using Amqp;
using Amqp.Framing;
using Amqp.Listener;

namespace OrleansAgents.EventHubsServer;

/// <summary>Answers the attempts to open a link to the hub. An exception is the refusal that the client sees.</summary>
internal sealed class Attaching(Hub hub) : ILinkProcessor
{
    public void Process(AttachContext attachContext)
    {
        var (attach, link) = (attachContext.Attach, attachContext.Link);
        Check(Tokens.IsAuthorized(link) ? null : Refusal.Unauthorized);

        // The role in a client's attach is its own: true for a consumer.
        if (attach.Role)
        {
            Check(hub.Faults.RefuseReceivers);
            var source = (Source)attach.Source;
            var partition = Route(source.Address, "ConsumerGroups", "*", "Partitions")!;
            var start = Math.Max(0, StartPosition.Find(source, partition) - hub.Faults.RewindOnAttach);
            hub.Add(link, LinkKinds.Receivers);
            attachContext.Complete(new ReceiverEndpoint(hub, partition, start, link), 0);
        }
        else
        {
            Check(hub.Faults.RefuseSenders);
            var address = ((Target)attach.Target).Address;
            var partition = Segments(address).Length == 1 ? Route(address) : Route(address, "Partitions");

            // Without it the client takes the largest message to be of no bytes.
            attach.MaxMessageSize = (ulong)hub.MaxMessageBytes;
            hub.Add(link, LinkKinds.Senders);
            attachContext.Complete(new SenderEndpoint(hub, partition), 1000);
        }
    }

    /// <summary>The partition that an address of this form ends with; null where the form names none.</summary>
    private Partition? Route(string address, params string[] form)
    {
        var segments = Segments(address);
        if (!segments[0].Equals(hub.Name, StringComparison.OrdinalIgnoreCase) || segments.Length != (form.Length == 0 ? 1 : form.Length + 2)
            || form.Where((f, i) => f != "*" && !f.Equals(segments[i + 1], StringComparison.OrdinalIgnoreCase)).Any())
        {
            throw Refused(Refusal.NotFound(address));
        }

        return form.Length == 0 ? null : hub.Find(segments[^1]) ?? throw Refused(Refusal.NoPartition(segments[^1]));
    }

    private static string[] Segments(string address) => [.. address.Trim('/').Split('/').Select(Uri.UnescapeDataString)];

    private static void Check(Refusal? refusal)
    {
        if (refusal is not null)
        {
            throw Refused(refusal);
        }
    }

    private static AmqpException Refused(Refusal refusal) => new(refusal.ToError());
}
