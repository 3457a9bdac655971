using System.ClientModel.Primitives;

namespace OrleansAgents.Agents.Models.Answers;

/// <summary>Tells the watch of a request of every byte on its connection: comments of a stream, which a typed client swallows, are signs of life.</summary>
internal sealed class SignsOfLife() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(15) })
{
    /// <summary>For the official clients. Their own time limits are off: the watch has them.</summary>
    public static PipelineTransport Transport { get; } = new HttpClientPipelineTransport(new HttpClient(new SignsOfLife()) { Timeout = Timeout.InfiniteTimeSpan });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (CallWatch.Current is { } watch)
        {
            watch.Seen();
            var watched = new StreamContent(new Watched(await response.Content.ReadAsStreamAsync(cancellationToken), watch));
            foreach (var (name, values) in response.Content.Headers)
            {
                watched.Headers.TryAddWithoutValidation(name, values);
            }

            response.Content = watched;
        }

        return response;
    }

    /// <summary>Only reads.</summary>
    private sealed class Watched(Stream inner, CallWatch watch) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Seen(inner.Read(buffer, offset, count));

        public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            await ReadAsync(buffer.AsMemory(offset, count), cancellationToken);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Seen(await inner.ReadAsync(buffer, cancellationToken));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private int Seen(int read)
        {
            if (read > 0)
            {
                watch.Seen();
            }

            return read;
        }
    }
}
