// The web SDK imports some of these by itself, the other does not.
#pragma warning disable IDE0005
using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
#pragma warning restore IDE0005

namespace OrleansAgents.Telemetry;

/// <summary>Sends traces, metrics and logs to an OTLP receiver; compiled into each host, which share no assembly that may know it.</summary>
internal static class TelemetryExport
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";

    /// <summary>What the runtime and the frameworks tell by themselves; names that a host does not have stay silent.</summary>
    private static readonly string[] Sources =
        ["OrleansAgents", "Microsoft.AspNetCore", "Microsoft.AspNetCore.SignalR.Server", "System.Net.Http"];

    private static readonly string[] Meters =
        ["OrleansAgents", "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime"];

    /// <summary>OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, one JSON object a log line in containers, else nothing.</summary>
    /// <remarks>Call it before Orleans is added: whether a trace goes on through grain calls is read then.</remarks>
    /// <exception cref="InvalidOperationException">A value cannot be used; the sentence names its key.</exception>
    public static IHostApplicationBuilder AddTelemetry(this IHostApplicationBuilder builder)
    {
        var settings = builder.Configuration;
        if (settings["DOTNET_RUNNING_IN_CONTAINER"] is "true" or "1")
        {
            builder.Logging.AddJsonConsole(o => o.UseUtcTimestamp = true);
        }

        if (string.IsNullOrWhiteSpace(settings[Endpoint]))
        {
            return builder;
        }

        Check(settings);

        // The weakest source: what is configured elsewhere wins.
        settings.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [new("Telemetry:GrainCalls", "true")] });

        // The web server leaves the attributes of its spans to others unless it is asked for them.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(r => Describe(r, settings))
            .WithTracing(t => t.AddSource(Sources).AddProcessor(new Requests()))
            .WithMetrics(m => m.AddMeter(Meters))
            .WithLogging(null, o => o.IncludeFormattedMessage = true)
            .UseOtlpExporter();
        return builder;
    }

    private static void Check(IConfiguration settings)
    {
        if (!Uri.TryCreate(settings[Endpoint], UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new InvalidOperationException($"{Endpoint} is '{settings[Endpoint]}'; use an http or https address.");
        }

        if (settings[Protocol] is { Length: > 0 } protocol and not ("grpc" or "http/protobuf"))
        {
            throw new InvalidOperationException($"{Protocol} is '{protocol}'; use grpc or http/protobuf.");
        }
    }

    /// <summary>The web server has one name for all its spans, and readers want another; what stands behind the question mark may be a secret.</summary>
    private sealed class Requests : BaseProcessor<Activity>
    {
        /// <summary>Probes, and outgoing calls that nothing traced has made (what Orleans asks of its tables, fetched keys), come all day long.</summary>
        public override void OnStart(Activity data)
        {
            if (data.ParentSpanId == default && (data.Source.Name == "System.Net.Http" || data.GetTagItem("url.path") is string path && path.StartsWith("/health/", StringComparison.Ordinal)))
            {
                data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
                data.IsAllDataRequested = false;
            }
        }

        public override void OnEnd(Activity data)
        {
            if (data.Source.Name == "Microsoft.AspNetCore" && data.GetTagItem("http.request.method") is string method)
            {
                data.DisplayName = data.GetTagItem("http.route") is string route ? $"{method} {route}" : method;
                data.SetTag("url.query", null);
            }
        }
    }

    /// <summary>The name that the environment gives wins.</summary>
    private static void Describe(ResourceBuilder resource, IConfiguration settings)
    {
        var named = settings["OTEL_SERVICE_NAME"] is { Length: > 0 }
            || settings["OTEL_RESOURCE_ATTRIBUTES"]?.Contains("service.name=", StringComparison.Ordinal) == true;
        if (!named)
        {
            resource.AddService("orleans-agents", serviceVersion: Assembly.GetExecutingAssembly().GetName().Version?.ToString(3));
        }
    }
}
