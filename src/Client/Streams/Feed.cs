using OrleansAgents.Events;
using OrleansAgents.Live;

namespace OrleansAgents.Client.Streams;

/// <summary>Decides what one viewer is told next, from journal events and live deltas in any overlap.</summary>
/// <remarks>
/// Pure: no clock, no I/O. It folds events before the viewer's cursor silently, to know which attempt is open there, and
/// answers false for a hole: the caller then reads the journal from <see cref="Seq"/> and subscribes again. Whatever was
/// told is never told again, so repeating any input is harmless.
/// </remarks>
internal sealed class Feed(Cursor cursor, long from)
{
    private (int Step, int Attempt) _newest;
    private bool _open;
    private long _startedSeq;

    /// <summary>The last event folded.</summary>
    public long Seq { get; private set; } = from;

    /// <summary>UTF-16 units of the open attempt's text that the viewer has.</summary>
    public int Offset { get; private set; }

    /// <summary>The event that ends the run was told; only feedback may follow.</summary>
    public bool Ended { get; private set; }

    /// <summary>The cursor names an attempt that was not open there: no stream gave it out.</summary>
    public bool CursorIsForeign { get; private set; }

    /// <summary>Whether <paramref name="e"/> closes an answer of which the viewer has only a part, so that the rest is needed.</summary>
    public bool NeedsText(JournalEvent e) =>
        e.Seq == Seq + 1 && e.Seq > cursor.Seq && _open && Offset > 0 && e.Type == "model.completed";

    /// <summary>Takes an event from either lane.</summary>
    /// <param name="answer">The whole text of a <c>model.completed</c>, where <see cref="NeedsText"/> asked for it.</param>
    /// <returns>False for a hole before it.</returns>
    public bool Take(JournalEvent e, List<Frame> frames, IEnumerable<(string Kind, string Text)>? answer = null)
    {
        if (e.Seq <= Seq)
        {
            return true;
        }

        if (e.Seq != Seq + 1)
        {
            return false;
        }

        if (answer is not null && _open)
        {
            frames.AddRange(AnswerText.From(Offset, _newest.Step, _newest.Attempt, answer).Select(d => new Frame(null, d, Seq)));
        }

        Seq = e.Seq;
        Fold(e);
        if (e.Seq > cursor.Seq)
        {
            frames.Add(new(e));
        }
        else if (e.Seq == cursor.Seq && cursor.Attempt is { } attempt)
        {
            CursorIsForeign = !_open || _newest.Attempt != attempt;
            Offset = cursor.Offset;
        }

        return true;
    }

    /// <summary>Takes a piece of an answer.</summary>
    /// <returns>False for a hole before it: text, or the start of its attempt, is missing.</returns>
    public bool Take(ModelDelta delta, List<Frame> frames)
    {
        var order = (delta.Step, delta.Attempt).CompareTo(_newest);
        if (order != 0 || !_open)
        {
            // An attempt that the journal has closed may still have text queued; a newer one has a start that is missing.
            return order <= 0;
        }

        var end = delta.Offset + delta.Text.Length;
        if (end <= Offset)
        {
            return true;
        }

        if (delta.Offset > Offset)
        {
            return false;
        }

        var known = Offset - delta.Offset;
        known = AnswerText.NotInsidePair(delta.Text, known);
        Add(known == 0 ? delta : delta with { Offset = delta.Offset + known, Text = delta.Text[known..] }, frames);
        Offset = end;
        return true;
    }

    /// <summary>Takes the open attempt of a new subscription, after the journal was read.</summary>
    /// <returns>False when the journal that was read does not reach its start yet.</returns>
    public bool Take(OpenAttempt? open, List<Frame> frames)
    {
        if (open is null)
        {
            return true;
        }

        if (open.StartedSeq > Seq)
        {
            return false;
        }

        return !_open || _startedSeq != open.StartedSeq || open.Parts.All(part => Take(part, frames));
    }

    /// <summary>Text that waits to be shown grows by what follows on it.</summary>
    private void Add(ModelDelta delta, List<Frame> frames)
    {
        if (frames is [.., { Delta: { } last, After: var after }] && after == Seq && last.With(delta) is { } both)
        {
            frames[^1] = new(null, both, Seq);
        }
        else
        {
            frames.Add(new(null, delta, Seq));
        }
    }

    private void Fold(JournalEvent e)
    {
        switch (e.Type)
        {
            case "model.started" when e.Decode() is ModelStarted started:
                (_newest, _open, _startedSeq, Offset) = ((started.Step, started.Attempt), true, e.Seq, 0);
                break;
            case "model.completed" or "model.failed":
                (_open, Offset) = (false, 0);
                break;
            case "run.completed" or "run.failed" or "run.cancelled":
                (_open, Offset, Ended) = (false, 0, true);
                break;
        }
    }
}
