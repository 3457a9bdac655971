using System.Buffers;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Limits;

/// <summary>Reads a body into memory that grows with what comes and counts for its user.</summary>
/// <remarks>
/// Room for what was only announced would be memory for nothing, so the announced length decides nothing but an early refusal.
/// The count stands for the body and for what is parsed from it, and is released with <see cref="Release"/> or with the response.
/// </remarks>
internal static class BodyBuffer
{
    private const int First = 256;
    private const int FirstAnnounced = 16 * 1024;

    /// <summary>The body, or a problem where it is too large by itself or beside what the user holds already.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > RequestBody.MaxBytes)
        {
            throw TooLarge();
        }

        var limits = context.RequestServices.GetRequiredService<UserLimits>();
        var held = limits.BytesOf(Identity.Of(context.User).Principal);
        context.Features.Set(held);
        context.Response.RegisterForDispose(held);

        byte[] buffer = [];
        var written = 0;
        Grow(First, (int)Math.Clamp(context.Request.ContentLength ?? 0, First, FirstAnnounced));
        var body = context.Request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(context.RequestAborted);
            try
            {
                Take(read.Buffer);
            }
            finally
            {
                body.AdvanceTo(read.Buffer.End);
            }

            if (read.IsCompleted)
            {
                return buffer.AsMemory(0, written);
            }
        }

        void Take(in ReadOnlySequence<byte> part)
        {
            if (written + part.Length > RequestBody.MaxBytes)
            {
                throw TooLarge();
            }

            Grow(written + (int)part.Length, buffer.Length * 2);
            part.CopyTo(buffer.AsSpan(written));
            written += (int)part.Length;
        }

        void Grow(int needed, int wanted)
        {
            if (needed <= buffer.Length)
            {
                return;
            }

            var size = Math.Min(Math.Max(needed, wanted), RequestBody.MaxBytes);
            if (!held.TryHold(size))
            {
                throw new ProblemException(StatusCodes.Status429TooManyRequests, limits.Bytes.Code, limits.Bytes.Detail, "body");
            }

            Array.Resize(ref buffer, size);
        }
    }

    /// <summary>Counts the body no longer: nothing of it is needed while the answer goes on.</summary>
    public static void Release(HttpContext context) => context.Features.Get<HeldBytes>()?.Dispose();

    private static ProblemException TooLarge() => new(StatusCodes.Status413PayloadTooLarge, Problems.TooLarge, "A body may have 8 MiB at most.", "body");
}
