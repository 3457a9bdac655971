using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Amqp;
using Amqp.Framing;
using Amqp.Listener;

namespace OrleansAgents.EventHubsServer;

/// <summary>The link of a consumer: delivers the events of a partition in order, as far as the consumer gives credit.</summary>
internal sealed class ReceiverEndpoint : LinkEndpoint
{
    private readonly Hub _hub;
    private readonly Partition _partition;
    private readonly ListenerLink _link;
    private readonly Lock _sync = new();
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _next;
    private bool _repeating;
    private int _credit;

    public ReceiverEndpoint(Hub hub, Partition partition, long start, ListenerLink link)
    {
        (_hub, _partition, _next, _link) = (hub, partition, start, link);
        partition.Join(this);
        _ = Task.Run(DeliverAsync);
    }

    public void Wake() => _wakes.Writer.TryWrite(true);

    public override void OnFlow(FlowContext flowContext)
    {
        lock (_sync)
        {
            _credit += flowContext.Messages;
            if (flowContext.Messages <= 0)
            {
                // The library forgets all credit when a flow grants nothing new, and would grant it again with the next one.
                LibraryCredit(_link) = (uint)Math.Max(0, _credit);
            }
        }

        Wake();
    }

    /// <summary>Consumers ask for settled deliveries, so none are disposed of.</summary>
    public override void OnDisposition(DispositionContext dispositionContext)
    {
    }

    /// <remarks>The library calls this while it holds the lock that sending needs: no lock of ours may be taken around both.</remarks>
    public override void OnLinkClosed(ListenerLink link, Error error)
    {
        _wakes.Writer.TryComplete();
        _partition.Leave(this);
        _hub.Remove(link);
    }

    private async Task DeliverAsync()
    {
        try
        {
            await foreach (var _ in _wakes.Reader.ReadAllAsync())
            {
                while (Ready() is { } ready)
                {
                    if (_hub.Faults.DeliveryDelay > TimeSpan.Zero)
                    {
                        await _hub.DelayAsync(f => f.DeliveryDelay);
                        if (Ready() != ready)
                        {
                            continue;
                        }
                    }

                    Deliver(ready);
                }
            }
        }
        catch (Exception) when (_link.IsClosed)
        {
            // The link closed under the delivery; the consumer attaches again and names its position.
        }
        catch (Exception e)
        {
            _link.Close(TimeSpan.Zero, new Error("amqp:internal-error") { Description = e.ToString() });
        }
    }

    private HubEvent? Ready()
    {
        lock (_sync)
        {
            return _credit <= 0 || _link.IsClosed || _hub.Faults.HeldPartitions.Contains(_partition.Id) ? null : _partition.Read(_next);
        }
    }

    private void Deliver(HubEvent ready)
    {
        lock (_sync)
        {
            _link.SendMessage(new Message(), new ByteBuffer(ready.Encoded, 0, ready.Encoded.Length, ready.Encoded.Length));
            _credit--;
        }

        _repeating = _hub.Faults.DeliverTwice && !_repeating;
        _next = _repeating ? ready.SequenceNumber : ready.SequenceNumber + 1;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "credit")]
    private static extern ref uint LibraryCredit(ListenerLink link);
}
