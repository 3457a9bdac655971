using System.Text.Json;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Runs;

/// <summary>Assembles a step's request again, from the same pinned inputs, and compares.</summary>
internal static class ContextFold
{
    /// <summary>Null when the step is no model call.</summary>
    public static async Task<StepContext?> ReadAsync(IJournal journal, string runId, int step)
    {
        RunCreated? created = null;
        ModelStarted? started = null;
        var startedSeq = 0L;
        string? recorded = null;
        await foreach (var row in journal.ReadAllAsync(runId, 0))
        {
            switch (RunFold.EventOf(row))
            {
                case RunCreated c:
                    created = c;
                    break;
                case ModelStarted m when m.Step == step:
                    (started, startedSeq) = (m, row.Seq);
                    break;
                case ModelCompleted m when m.Step == step:
                    recorded = m.RequestHash;
                    break;
            }

            if (recorded is not null)
            {
                break;
            }
        }

        if (started is null)
        {
            return null;
        }

        var definition = await RunFold.DefinitionAsync(journal, runId, created!.Definition);
        var earlier = await RunFold.EarlierAsync(journal, runId, created.Earlier);
        var window = new RequestWindow(definition, created.Definition, await Bodies.LoadAsync(journal, runId, created.Input), earlier);
        await foreach (var row in journal.ReadAllAsync(runId, 0, startedSeq))
        {
            window.Add(row.Seq, await Bodies.WholeAsync(journal, runId, RunFold.EventOf(row)));
        }

        var request = window.Build(started.Context);
        return new(
            step, started.Attempt, started.Context.Assembler, started.Context.From, started.Context.Through, Json(request),
            request.Hash, recorded, recorded is null ? null : recorded == request.Hash, window.ManifestOf(started.Context));
    }

    private static RawJson Json(ModelRequest request) =>
        new(JsonSerializer.SerializeToUtf8Bytes(request, ModelRequestJson.Relaxed.ModelRequest));
}
