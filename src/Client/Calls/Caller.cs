using Microsoft.Extensions.Logging;
using OrleansAgents.Runs;

namespace OrleansAgents.Client.Calls;

/// <summary>Calls grains, and calls again while a run changes silos or a silo does not answer.</summary>
/// <remarks>Safe because reads change nothing and a command keeps its id: repeated, it has one effect.</remarks>
internal sealed partial class Caller(IGrainFactory grains, TimeProvider time, ILogger<Caller> log)
{
    private const int Tries = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Gives a command to a run.</summary>
    /// <exception cref="RefusedException">The run refuses it.</exception>
    public Task<Receipt> CommandAsync(string runId, Func<IRunGrain, Task<CommandResult>> command, CancellationToken cancellation)
    {
        var run = grains.GetGrain<IRunGrain>(runId);
        return CommandAsync(() => command(run), cancellation);
    }

    /// <summary>Gives a command to whoever takes it.</summary>
    /// <exception cref="RefusedException">It is refused.</exception>
    public async Task<Receipt> CommandAsync(Func<Task<CommandResult>> command, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = await TryAsync(command, attempt);
            if (result?.Receipt is { } receipt)
            {
                return receipt;
            }

            if (result?.Problem is { Code: not ProblemCodes.RunMoved } problem)
            {
                throw new RefusedException(problem);
            }

            await PauseAsync(attempt, cancellation);
        }
    }

    /// <summary>Reads.</summary>
    public Task<T> ReadAsync<T>(Func<IRunReader, Task<T>> read, CancellationToken cancellation)
        where T : class => ReadAsync(grains.GetGrain<IRunReader>(0), read, cancellation);

    public async Task<T> ReadAsync<TReader, T>(TReader reader, Func<TReader, Task<T>> read, CancellationToken cancellation)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await TryAsync(() => read(reader), attempt) is { } value)
            {
                return value;
            }

            await PauseAsync(attempt, cancellation);
        }
    }

    /// <summary>Reads something of a run.</summary>
    /// <exception cref="RefusedException">There is none, or it cannot be read.</exception>
    public Task<T> RunAsync<T>(Func<IRunReader, Task<Read<T>?>> read, CancellationToken cancellation)
        where T : class
    {
        var reader = grains.GetGrain<IRunReader>(0);
        return FoundAsync(() => read(reader)!, cancellation);
    }

    /// <summary>Reads something that may not be there.</summary>
    /// <exception cref="RefusedException">There is none, or it cannot be read.</exception>
    public async Task<T> FoundAsync<T>(Func<Task<Read<T>>> read, CancellationToken cancellation)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await read();
                return answer?.Value ?? throw new RefusedException(answer?.Problem ?? NotFound);
            }
            catch (Exception e) when (IsTransient(e))
            {
                Unanswered(log, e, attempt);
                await PauseAsync(attempt, cancellation);
            }
        }
    }

    /// <summary>What an unknown run and a run of somebody else are told alike.</summary>
    public static Problem NotFound { get; } = new(ProblemCodes.RunNotFound, "There is no run with this id.", "id");

    private async Task<T?> TryAsync<T>(Func<Task<T>> call, int attempt)
        where T : class
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (IsTransient(e))
        {
            Unanswered(log, e, attempt);
            return null;
        }
    }

    private async Task PauseAsync(int attempt, CancellationToken cancellation)
    {
        if (attempt == Tries)
        {
            throw new UnavailableException("The service did not answer in time. Try again; a command with the same id has one effect.");
        }

        var jitter = 0.5 + Random.Shared.NextDouble();
        await Task.Delay(FirstPause * Math.Pow(2, attempt - 1) * jitter, time, cancellation);
    }

    private static bool IsTransient(Exception e) => e is TimeoutException or OrleansException;

    [LoggerMessage(1, LogLevel.Warning, "A grain did not answer (try {Attempt})")]
    private static partial void Unanswered(ILogger log, Exception e, int attempt);
}
