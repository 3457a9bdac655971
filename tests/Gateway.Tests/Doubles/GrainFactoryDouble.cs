using System.Reflection;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Tests.Doubles;

/// <summary>Gives the gateway scripted runs instead of grains.</summary>
public class GrainFactoryDouble : DispatchProxy
{
    private ScriptedRuns _runs = null!;

    internal static IGrainFactory Of(ScriptedRuns runs)
    {
        var made = Create<IGrainFactory, GrainFactoryDouble>();
        ((GrainFactoryDouble)(object)made)._runs = runs;
        return made;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.GetGenericArguments()[0] == typeof(IRunReader) ? _runs : _runs.Grain((string)args![0]!);
}
