using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Telemetry;

namespace OrleansAgents.Client.Telemetry;

/// <summary>Takes a trace through grain calls: a span at the caller, one at the grain.</summary>
/// <remarks>
/// Only calls in a span that somebody keeps, and none of Orleans' own interfaces. Why not by Orleans' propagation is in
/// docs/decisions/one-trace.md.
/// </remarks>
internal sealed class TracedCalls : IOutgoingGrainCallFilter, IIncomingGrainCallFilter
{
    /// <summary>Set to true for traces that go on through grain calls.</summary>
    public const string Setting = "Telemetry:GrainCalls";

    /// <summary>Adds the filters where they are asked for; else a call passes none.</summary>
    public static void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        if (bool.TryParse(configuration[Setting], out var isOn) && isOn)
        {
            services.AddSingleton<IOutgoingGrainCallFilter, TracedCalls>();
            services.AddSingleton<IIncomingGrainCallFilter, TracedCalls>();
        }
    }

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        switch (Activity.Current)
        {
            case var _ when IsOrleans(context):
                break;
            case { IsStopped: false, Recorded: true } span:
                return CallAsync(context, ActivityKind.Client, span.Context);
            case { IsStopped: false } span:
                // Whoever is called then knows that this request is not kept.
                RequestContext.Set(AgentTelemetry.CallKey, span.Context.ToText()!);
                break;
            default:
                // A loop that a call began has inherited the context of that call, and outlives it.
                RequestContext.Remove(AgentTelemetry.CallKey);
                break;
        }

        return context.Invoke();
    }

    public Task Invoke(IIncomingGrainCallContext context) =>
        !IsOrleans(context) && AgentTelemetry.SpanOf(RequestContext.Get(AgentTelemetry.CallKey) as string) is { TraceFlags: ActivityTraceFlags.Recorded } caller
            ? CallAsync(context, ActivityKind.Server, caller)
            : context.Invoke();

    private static async Task CallAsync(IGrainCallContext context, ActivityKind kind, ActivityContext parent)
    {
        using var span = AgentTelemetry.Source.StartActivity(
            context.Request.GetActivityName(), kind, parent,
            [new("rpc.system", "orleans"), new("rpc.service", context.InterfaceName), new("rpc.method", context.MethodName)]);
        if (kind == ActivityKind.Client)
        {
            RequestContext.Set(AgentTelemetry.CallKey, (span?.Context ?? parent).ToText()!);
        }

        try
        {
            await context.Invoke();
        }
        catch (Exception e)
        {
            span?.Failed(e);
            throw;
        }
    }

    private static bool IsOrleans(IGrainCallContext context) =>
        context.Request.GetInterfaceType().Namespace is { } name && (name == "Orleans" || name.StartsWith("Orleans.", StringComparison.Ordinal));
}
