namespace OrleansAgents.Gateway.Auth;

/// <summary>Ends what is live when the right to it ends: the token expires, or its key is removed or changed.</summary>
internal sealed class Sessions(KeyRing keys, TimeProvider time)
{
    /// <summary>A removed key ends its streams within this.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(15);

    public bool Holds(Identity who) => !(who.Until <= time.GetUtcNow()) && (who.KeyHash is null || keys.Holds(who));

    /// <summary>Lasts as long as the caller's right; to be disposed with what it watches over.</summary>
    public Session Begin(Identity who) => new(this, who);

    /// <summary>When to look again; null where nothing can end.</summary>
    private TimeSpan? NextLook(Identity who)
    {
        var left = who.Until - time.GetUtcNow();
        var look = who.KeyHash is null ? left : Look;

        // Timers take no more than some weeks.
        return look is { } due ? TimeSpan.FromTicks(Math.Clamp(due.Ticks, 0, TimeSpan.TicksPerDay)) : null;
    }

    internal sealed class Session : IDisposable
    {
        private readonly CancellationTokenSource _over = new();
        private readonly ITimer? _timer;

        public Session(Sessions sessions, Identity who)
        {
            if (sessions.NextLook(who) is not { } first)
            {
                return;
            }

            _timer = sessions.CreateTimer(_ => LookAgain(sessions, who));
            _timer.Change(first, Timeout.InfiniteTimeSpan);
        }

        /// <summary>Cancelled when the right has ended.</summary>
        public CancellationToken Token => _over.Token;

        // The source has nothing to give back, and a timer may be at it while this ends.
        public void Dispose() => _timer?.Dispose();

        private void LookAgain(Sessions sessions, Identity who)
        {
            if (!sessions.Holds(who))
            {
                _over.Cancel();
            }
            else if (sessions.NextLook(who) is { } next)
            {
                _timer!.Change(next, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private ITimer CreateTimer(TimerCallback look) => time.CreateTimer(look, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
