using System.Text.Json;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Runs;

/// <summary>Folds a journal into its steps, with every attempt.</summary>
internal sealed class StepFold
{
    private readonly SortedDictionary<int, StepView> _steps = [];
    private readonly Dictionary<string, int> _stepOf = [];

    public static async Task<IReadOnlyCollection<StepView>> ReadAsync(IJournal journal, string runId)
    {
        var fold = new StepFold();
        await foreach (var e in journal.ReadAllAsync(runId, 0))
        {
            fold.Add(e);
        }

        return fold._steps.Values;
    }

    private void Add(JournalEvent row)
    {
        switch (RunFold.EventOf(row))
        {
            case ModelStarted m:
                Begin(row, new(m.Step, "model", "running", null, null, null, null, null, null, null, []), m.Attempt);
                break;
            case ModelCompleted m:
                End(row, m.Step, "completed", null, s => s with
                {
                    Content = Body(row),
                    Usage = m.Usage,
                    Error = m.Invalid is { } invalid ? new(ErrorCodes.InvalidOutput, invalid) : null,
                });
                Plan(m);
                break;
            case ModelFailed m:
                End(row, m.Step, m.Final == true ? "failed" : "retrying", m.Error, s => s with { Error = m.Error });
                break;
            case ToolStarted t:
                Begin(row, _steps[t.Step], t.Attempt);
                break;
            case ToolCompleted t:
                End(row, _stepOf[t.CallId], "completed", null, s => s with { Result = t.Result, Error = null });
                break;
            case ToolFailed t:
                End(row, _stepOf[t.CallId], t.WillRetry ? "retrying" : "failed", t.Error, s => s with { Error = t.Error });
                break;
            case ToolChecking t:
                Set(_stepOf[t.CallId], s => s with { Status = "checking" });
                break;
            case DecisionRequested d:
                End(row, _stepOf[d.CallId], "deciding", null, s => s);
                break;
            case DecisionResolved d:
                Set(_stepOf[d.CallId], s => s with
                {
                    Result = d.Result,
                    Status = d.Decision == CallDecision.Retry ? "retrying" : d.Decision == CallDecision.Skip ? "skipped" : "failed",
                });
                break;
        }
    }

    private void Plan(ModelCompleted m)
    {
        for (var i = 0; i < m.ToolCalls.Count; i++)
        {
            var c = m.ToolCalls[i];
            _stepOf[c.CallId] = m.Step + 1 + i;
            _steps[m.Step + 1 + i] = new(
                m.Step + 1 + i, "tool", "planned", c.Tool, c.CallId, RawJson.From(c.Arguments), null, null, null, null, []);
        }
    }

    private void Begin(JournalEvent row, StepView fresh, int attempt)
    {
        var step = _steps.GetValueOrDefault(fresh.Step, fresh);
        _steps[step.Step] = step with
        {
            Status = "running",
            Error = null,
            Attempts = [.. step.Attempts, new(attempt, row.Seq, row.At, null, "running", null)],
        };
    }

    private void End(JournalEvent row, int number, string outcome, RunError? error, Func<StepView, StepView> change) => Set(number, s => change(s) with
    {
        Status = outcome,
        Attempts = s.Attempts.Count == 0
            ? []
            : [.. s.Attempts.SkipLast(1), s.Attempts[^1] with { EndedAt = row.At, Outcome = outcome, Error = error }],
    });

    private void Set(int number, Func<StepView, StepView> change) => _steps[number] = change(_steps[number]);

    /// <summary>The recorded content and calls, byte for byte as stored.</summary>
    private static RawJson Body(JournalEvent row)
    {
        using var data = JsonDocument.Parse(row.Data);
        return RawJson.From(data.RootElement.GetProperty("content"));
    }
}
