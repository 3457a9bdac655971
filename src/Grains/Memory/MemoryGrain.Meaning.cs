using OrleansAgents.Core.Memory;

namespace OrleansAgents.Grains.Memory;

/// <summary>What the question and the passages mean, where an embedding model is configured. A turn waits for it a little, and no longer.</summary>
/// <remarks>Vectors are held while the thread is in use and asked for again afterwards: nothing of them is stored, and nothing of a deleted run stays.</remarks>
internal sealed partial class MemoryGrain
{
    private const int Batch = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private Task _embedding = Task.CompletedTask;

    /// <summary>The question's vector, if it comes in time; those of passages come along as far as they do.</summary>
    private async Task<float[]?> MeantAsync(string question, long budget)
    {
        if (!meaning.IsTold || _transcript.Fits(budget))
        {
            return null;
        }

        if (_embedding.IsCompleted)
        {
            _embedding = EmbedAsync(_transcript);
        }

        var asked = meaning.OfAsync([question]);
        await Task.WhenAny(Task.WhenAll(asked, _embedding), Task.Delay(Patience, time));
        return asked.IsCompletedSuccessfully ? asked.Result?[0] : null;
    }

    private async Task EmbedAsync(Transcript transcript)
    {
        while (transcript == _transcript && transcript.Vectors.Count < transcript.Passages.Count)
        {
            var texts = transcript.Passages.Skip(transcript.Vectors.Count).Take(Batch).Select(p => p.Passage.Text).ToList();
            if (await meaning.OfAsync(texts) is not { } vectors)
            {
                return;
            }

            foreach (var vector in vectors)
            {
                transcript.Vectors.Add(vector);
            }
        }
    }
}
