using System.Collections.Concurrent;
using System.Text.Json;

namespace OrleansAgents.Testing.Viewers;

/// <summary>All who watch one run: the model can wait until each of them has heard what it said last.</summary>
internal sealed class Audience(int size)
{
    private readonly ConcurrentDictionary<(int Step, int Attempt, int End), Place> _places = [];

    /// <summary>Called by every viewer with every event.</summary>
    public void Heard(Told told)
    {
        var data = told.Event.GetProperty("data");
        switch (told.Event.GetProperty("type").GetString())
        {
            case "model.started":
                At(Number(data, "step"), Number(data, "attempt"), 0).Pass(size);
                break;
            case "model.delta":
                At(Number(data, "step"), Number(data, "attempt"), Number(data, "offset") + data.GetProperty("text").GetString()!.Length).Pass(size);
                break;
        }
    }

    /// <summary>When all have heard an attempt's answer up to here; 0 for its start.</summary>
    public Task AllAsync(int step, int attempt, int end) => At(step, attempt, end).All;

    /// <summary>Says each piece when all have heard the one before.</summary>
    public Reply Paced(int step, int attempt, params string[] pieces)
    {
        var (reply, end) = (new Reply(), 0);
        foreach (var piece in pieces)
        {
            reply.Wait(AllAsync(step, attempt, end)).Text(piece);
            end += piece.Length;
        }

        return reply;
    }

    private Place At(int step, int attempt, int end) => _places.GetOrAdd((step, attempt, end), _ => new());

    private static int Number(JsonElement data, string name) => data.GetProperty(name).GetInt32();

    private sealed class Place
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _passed;

        public Task All => _all.Task;

        public void Pass(int size)
        {
            if (Interlocked.Increment(ref _passed) == size)
            {
                _all.TrySetResult();
            }
        }
    }
}
