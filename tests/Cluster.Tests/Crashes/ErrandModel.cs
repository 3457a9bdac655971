using System.Collections.Concurrent;
using OrleansAgents.Testing;

namespace OrleansAgents.Cluster.Tests.Crashes;

/// <summary>The scripted model: what it answers depends on the errand and on how far it is; it writes down all that it was asked.</summary>
/// <remarks>It lives in the test's process, so it survives every kill. Each answer says how often its turn was asked, so no two are alike.</remarks>
internal sealed class ErrandModel
{
    private readonly ConcurrentQueue<ModelLine> _asked = new();
    private readonly ConcurrentDictionary<(string Run, int Turn), int> _times = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private readonly ConcurrentDictionary<(string Run, int Turn), TaskCompletionSource> _arrivals = new();

    public IReadOnlyList<ModelLine> Asked => [.. _asked];

    /// <summary>Lets the held answers of a run go.</summary>
    public void Open(string run) => Gate(run).TrySetResult();

    /// <summary>How often a turn of a run was asked.</summary>
    public int Times(string run, int turn) => _times.GetValueOrDefault((run, turn));

    /// <summary>Ends when a turn of a run has been asked.</summary>
    public Task WhenAsked(string run, int turn) => Arrival(run, turn).Task;

    public Reply Answer(ReceivedRequest request)
    {
        var (errand, run) = request.Input.Split(' ') is [var e, var r] ? (e, r) : throw new FormatException(request.Input);
        var turn = request.Turn;
        var text = $"turn {turn}, asked {_times.AddOrUpdate((run, turn), 1, (_, n) => n + 1)} times";
        _asked.Enqueue(new(run, turn, text, TimeProvider.System.GetUtcNow()));
        Arrival(run, turn).TrySetResult();
        var reply = new Reply();
        return (errand, turn) switch
        {
            (Errand.Conversation, 0) => Calls(reply.Text(text), "look", "book", "pay"),
            (Errand.Conversation, 1) => Calls(reply.Wait(Gate(run).Task).Text(text), "look"),
            (Errand.Cancelled, 0) => Calls(reply.Text(text), "look", "hold"),
            (Errand.Cancelled, 1) => reply.Wait(Gate(run).Task).Text(text).Finish("stop"),
            (Errand.Held, 0) or (Errand.Paying, 0) => Calls(reply.Text(text), "look", "book", "pay"),
            (Errand.Held, 1) => reply.Text(text[..6]).Wait(Gate(run).Task).Text(text[6..]).Finish("stop"),
            (Errand.Frozen, 0) when Times(run, 0) == 1 => reply.Wait(Gate(run).Task).Text(text).Finish("stop"),
            (Errand.Reading, 0) => Calls(reply.Text(text), "look", "book"),
            _ => reply.Text(text).Finish("stop"),
        };
    }

    private static Reply Calls(Reply reply, params ReadOnlySpan<string> tools)
    {
        foreach (var tool in tools)
        {
            _ = tool switch
            {
                "pay" => reply.Call("pay", """{"what":"the bill","hold":false}"""),
                "hold" => reply.Call("pay", """{"what":"the bill","hold":true}"""),
                _ => reply.Call(tool, """{"what":"a table"}"""),
            };
        }

        return reply.Finish("tool_calls");
    }

    private TaskCompletionSource Gate(string run) => Of(_gates, run);

    private TaskCompletionSource Arrival(string run, int turn) => Of(_arrivals, (run, turn));

    private static TaskCompletionSource Of<TKey>(ConcurrentDictionary<TKey, TaskCompletionSource> all, TKey key)
        where TKey : notnull => all.GetOrAdd(key, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
