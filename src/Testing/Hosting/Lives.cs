namespace OrleansAgents.Testing;

/// <summary>The silos of a test, one after the other on one journal: when one dies, the next is started.</summary>
internal sealed class Lives(Func<Task<SiloLife>> start)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<SiloLife> _now = Task.FromException<SiloLife>(new InvalidOperationException("Nothing is started yet."));

    /// <summary>The silo that lives, or the one that is being started.</summary>
    public Task<SiloLife> Now
    {
        get
        {
            lock (_lock)
            {
                return _now;
            }
        }
    }

    public int Crashes { get; private set; }

    /// <summary>Fails when a silo could not be started again; never ends otherwise.</summary>
    public Task Failed => _failed.Task;

    public Task StartAsync()
    {
        lock (_lock)
        {
            return _now = start();
        }
    }

    /// <summary>The silo that lives dies, and another is started; called where a write is just about to happen, so it waits for nothing.</summary>
    public void Fall()
    {
        lock (_lock)
        {
            Crashes++;
            _now = AgainAsync(_now);
        }
    }

    /// <summary>Asks the silo that lives; if that one dies before it has answered, the next. A question must have one effect, however often it is asked.</summary>
    public async Task<T> AskAsync<T>(Func<IServiceProvider, Task<T>> ask)
    {
        while (true)
        {
            var life = await Now;
            var answer = AnswerAsync(life.Services, ask);
            if (await Task.WhenAny(answer, life.Dead) == answer && (answer.IsCompletedSuccessfully || !life.Dead.IsCompleted))
            {
                return await answer;
            }

            _ = answer.ContinueWith(static a => a.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    private static async Task<T> AnswerAsync<T>(IServiceProvider services, Func<IServiceProvider, Task<T>> ask) => await ask(services);

    private async Task<SiloLife> AgainAsync(Task<SiloLife> before)
    {
        // Off the thread that died: it may be the grain's own.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await (await before).CrashAsync();
            return await start();
        }
        catch (Exception e)
        {
            _failed.TrySetException(e);
            throw;
        }
    }
}
