namespace OrleansAgents.Testing;

/// <summary>P1: what was acknowledged is in the journal, once, however often it was repeated.</summary>
internal static class CommandRules
{
    public static void Check(RunRecord run, IReadOnlyList<ClientLine> client, Action<string> say)
    {
        var recorded = run.Commands.ToLookup(c => c.CommandId);
        foreach (var command in client.GroupBy(c => c.CommandId))
        {
            var first = command.First();
            if (recorded[command.Key].ToList() is not [var known])
            {
                say($"{first.Op} {command.Key} was acknowledged, and the journal knows it {recorded[command.Key].Count()} times.");
                continue;
            }

            foreach (var line in command.Where(l => l.Seq != known.Seq))
            {
                say($"{line.Op} {line.CommandId} was acknowledged at {line.Seq} and is recorded at {known.Seq}.");
            }

            var caused = run.Events.Where(e => e.CommandId == command.Key).ToList();
            if (caused.Count > 0 && caused[^1].Seq - caused[0].Seq + 1 != caused.Count)
            {
                say($"{first.Op} {command.Key} took effect in two places: {string.Join(", ", caused.Select(e => $"{e.Seq} {e.Type}"))}.");
            }

            var type = EffectOf(first.Op);
            var count = caused.Count(e => e.Type == type);
            if (count > 1 || (count == 0 && !HoldsAlready(first.Op, run, known.Seq)))
            {
                say($"{first.Op} {command.Key} was acknowledged, and the journal holds {count} events {type} of it.");
            }
        }
    }

    /// <summary>The event that a command comes to.</summary>
    private static string EffectOf(string op) => op switch
    {
        "start" => "run.created",
        "resolve" => "decision.resolved",
        "pause" => "run.paused",
        "resume" => "run.resumed",
        "cancel" => "run.cancelling",
        _ => throw new NotSupportedException(op),
    };

    /// <summary>A command that finds its state reached is accepted and changes nothing.</summary>
    private static bool HoldsAlready(string op, RunRecord run, long at)
    {
        var before = run.Events.Where(e => e.Seq <= at).Select(e => e.Type).ToList();
        return op switch
        {
            "pause" => before.LastOrDefault(t => t is "run.paused" or "run.resumed") is "run.paused",
            "resume" => before.LastOrDefault(t => t is "run.paused" or "run.resumed") is not "run.paused",
            "cancel" => before.Contains("run.cancelling"),
            _ => false,
        };
    }
}
