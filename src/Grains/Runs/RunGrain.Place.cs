using OrleansAgents.Agents.Models;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Runs;

/// <summary>The place at the model's gate: taken before an attempt is recorded, so that what is recorded leaves.</summary>
internal sealed partial class RunGrain
{
    /// <summary>No request has left with it yet.</summary>
    private ModelPlace? _place;

    /// <summary>Set while the run stands in the queue.</summary>
    private Stand? _queued;

    /// <summary>Without a place, or where a call would be cut in the commit that opens it, the batch is judged again: no model call is recorded, everything else is.</summary>
    private async Task<Turn> JudgeAsync(List<Inbound> batch)
    {
        var turn = await JudgeAsync(batch, _run!.Policy);
        if (turn.Events.Any(e => e is RetryRequested { By: not null }))
        {
            models.Retry(turn.State.ModelName);
        }

        return turn.Events.Count(e => e is ModelStarted) switch
        {
            0 => turn,
            1 when turn.State.Model is { Phase: CallPhase.Open } && TryTakePlace(turn.State.ModelName) => turn,
            _ => await JudgeAsync(batch, _run.Policy with { HasPlace = false, Outage = models.OutageOf(turn.State.ModelName)?.HoldAt(time.GetUtcNow()) }),
        };
    }

    /// <summary>Who stands in the queue waits for that turn: it may be on its way here already.</summary>
    private bool TryTakePlace(string model) => (_place ??= _queued is null ? models.TryEnter(model) : null) is not null;

    private ModelPlace UsePlace()
    {
        var place = _place ?? throw new InvalidOperationException("A model call was recorded without a place.");
        _place = null;
        return place;
    }

    private void GiveBackPlace()
    {
        _place?.Leave(null);
        _place = null;
    }

    /// <summary>Stands in the queue while the run has a model to ask; never rests with a place in hand.</summary>
    private void Queue(bool asks)
    {
        if (!asks)
        {
            _queued?.Cut.Cancel();
            _queued = null;
            GiveBackPlace();
        }
        else if (_place is not null)
        {
            _ = CommitAsync(now => new Wake(now), null);
        }
        else if (_queued is null)
        {
            _queued = new();
            using (ExecutionContext.SuppressFlow())
            {
                _ = EnterAsync(_run!.State.ModelName, _queued);
            }
        }
    }

    private async Task EnterAsync(string model, Stand queued)
    {
        try
        {
            var place = await models.EnterAsync(model, queued.Cut.Token);
            if (_queued != queued)
            {
                place?.Leave(null);
                return;
            }

            // Without a place the model is not asked for longer: the run is judged again, and rests.

            (_queued, _place) = (null, place);
        }
        catch (OperationCanceledException) when (queued.Cut.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            QueueFailed(log, e, Id, model);
            _queued = _queued == queued ? null : _queued;
            await Task.Delay(options.Tick, time);
        }

        await CommitAsync(now => new Wake(now), null);
    }

    /// <summary>One stand in the queue.</summary>
    private sealed class Stand
    {
        public CancellationTokenSource Cut { get; } = new();
    }
}
