using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Limits;

namespace OrleansAgents.Gateway.Hubs;

/// <summary>Counts for its user what a hub connection has received of a message that has not come to its end.</summary>
/// <remarks>
/// SignalR limits each message, but a connection holds an unfinished one for as long as it lasts, and a user may have many
/// connections. A message that is whole needs no count: it is parsed and answered at once, <see cref="UserLimits.OfCall"/> limits how
/// often, and an input that is too large is refused before anything waits. A connection that holds too much is closed with the sentence.
/// </remarks>
internal static class HubBytes
{
    /// <summary>To be put before the hub.</summary>
    public static IConnectionBuilder CountBytes(this IConnectionBuilder hub, UserLimits limits) => hub.Use(next => async connection =>
    {
        using var held = limits.BytesOf(Identity.Of(connection.Features.Get<IConnectionUserFeature>()?.User).Principal);
        connection.Transport = new Counted(connection.Transport, new(connection.Transport.Input, held, limits));
        await next(connection);
    });

    private sealed class Counted(IDuplexPipe pipe, CountedReader input) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => pipe.Output;
    }

    private sealed class CountedReader(PipeReader inner, HeldBytes held, UserLimits limits) : PipeReader
    {
        private ReadOnlySequence<byte> _read;

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Count(await inner.ReadAsync(cancellationToken));

        public override bool TryRead(out ReadResult result)
        {
            var any = inner.TryRead(out result);
            result = any ? Count(result) : result;
            return any;
        }

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            held.TryHold(_read.Slice(consumed).Length);
            _read = default;
            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        private ReadResult Count(ReadResult result)
        {
            _read = result.Buffer;

            // A client is shown the message of this kind of exception and of no other.
            return held.TryHold(_read.Length) ? result : throw new HubException(limits.Bytes.Detail);
        }
    }
}
