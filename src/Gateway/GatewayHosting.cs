using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Configuration.Memory;
using OrleansAgents.Client;
using OrleansAgents.Client.Calls;
using OrleansAgents.Client.Lifecycle;
using OrleansAgents.Client.Live;
using OrleansAgents.Client.Streams;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Exposure;
using OrleansAgents.Gateway.Facts;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Hubs;
using OrleansAgents.Gateway.Limits;
using OrleansAgents.Gateway.Reference;
using OrleansAgents.Gateway.Runs;
using OrleansAgents.Gateway.Streams;
using OrleansAgents.Gateway.Threads;
using OrleansAgents.Gateway.Web;

namespace OrleansAgents.Gateway;

/// <summary>Puts the HTTP side of agent runs into a host.</summary>
public static class GatewayHosting
{
    /// <summary>A refused body is still read to its end, up to this, so that the client sees the refusal and not a cut connection.</summary>
    private const long MaxDrainedBytes = 64 * 1024 * 1024;

    /// <summary>An input of 1 MiB, escaped as JSON at its worst, fits.</summary>
    private const int MaxHubMessageBytes = 8 * 1024 * 1024;

    /// <summary>Adds the gateway.</summary>
    /// <remarks>Needs an Orleans client (<c>IGrainFactory</c>) and an <see cref="ILiveTail"/> in the container.</remarks>
    public static IHostApplicationBuilder AddAgentGateway(this IHostApplicationBuilder builder)
    {
        if (!ListenAddresses.Configured(builder.Configuration).Any())
        {
            // The first source is the weakest: whatever is configured later still wins.
            builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [new("urls", ListenAddresses.Default)] });
        }

        builder.Services.AddAgentGateway();
        return builder;
    }

    /// <summary>Adds the gateway without a default for its address.</summary>
    public static IServiceCollection AddAgentGateway(this IServiceCollection services)
    {
        services.AddAgentsClient();
        services.AddSingleton<SseEndpoint>().AddSingleton<StartEndpoint>().AddSingleton<RunWait>();
        services.AddSingleton<CommandEndpoints>().AddSingleton<ReadEndpoints>().AddSingleton<ExportEndpoint>();
        services.AddSingleton<ThreadEndpoints>().AddSingleton<ThreadSse>().AddSingleton<FactEndpoints>();
        services.AddSingleton<AllowedOrigins>();
        services.AddHostedService<ExposureCheck>();
        services.AddCors();
        services.AddResponseCompression(o =>
        {
            // No secret is in an answer beside what another site can put there: requests carry keys in a header, and none by themselves.
            o.EnableForHttps = true;
            o.MimeTypes = ["application/json", Problems.ContentType, "application/x-ndjson", "text/plain"];
        });
        SignIn.Add(services);
        services.ConfigureHttpJsonOptions(o => GatewayJson.ForAnswers(o.SerializerOptions));
        services.AddOptions<KestrelServerOptions>().Configure<IConfiguration>((o, configuration) =>
        {
            o.AddServerHeader = false;
            o.Limits.MaxRequestBodySize = MaxDrainedBytes;
            o.Limits.MaxConcurrentConnections = o.Limits.MaxConcurrentUpgradedConnections = LimitSettings.Read(configuration).Connections;
        });
        services.AddSingleton<UserLimits>().AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<UserLimits>((o, limits) => limits.Limit(o));
        services.AddSingleton(s => new RunChanges(s.GetRequiredService<LifecycleSource>().Follow, s.GetRequiredService<Caller>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<RunChanges>>()));
        services.AddSingleton<HubStreams>().AddSingleton<HubRuns>().AddSingleton<HubCommands>().AddSingleton<HubCaller>();
        services.AddSignalR(o =>
        {
            o.MaximumReceiveMessageSize = MaxHubMessageBytes;
            o.MaximumParallelInvocationsPerClient = 16;
            o.DisableImplicitFromServicesParameters = true;
        }).AddJsonProtocol(o => GatewayJson.ForAnswers(o.PayloadSerializerOptions))
            .AddMessagePackProtocol(o => o.SerializerOptions = HubMessagePack.Options);
        ReferencePages.Add(services);
        return services;
    }

    /// <summary>Maps the API, its reference and the health endpoints, and the rules on who may call.</summary>
    /// <remarks>Call it before other middleware: the rules hold for everything that follows.</remarks>
    public static WebApplication MapAgentGateway(this WebApplication app)
    {
        app.Use(next => context => RequestSpan.TellRouteAsync(context, next));
        app.Use(next => context => BearerToken.TakeFromQueryAsync(context, next));
        app.UseResponseCompression();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<ExposureMiddleware>();
        var origins = app.Services.GetRequiredService<AllowedOrigins>();
        app.UseCors(cors => cors
            .SetIsOriginAllowed(origins.AllowsForeign).WithMethods("GET", "POST", "PATCH", "DELETE")
            .WithHeaders("Authorization", "Content-Type", "Accept", CommandKey.Header, Describe.LastEventId, "Prefer", "If-None-Match", "X-Requested-With", "X-SignalR-User-Agent")
            .WithExposedHeaders("ETag", "Location", "Retry-After", "Preference-Applied"));
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        var routes = PublicEndpoints.Group(app);
        Routes.Map(routes);
        Health.Map(routes);
        var limits = app.Services.GetRequiredService<UserLimits>();
        routes.MapConnections("/hubs/runs", hub => hub.CountBytes(limits).UseHub<RunHub>()).WithMetadata(new HubMetadata(typeof(RunHub)));
        ReferencePages.Map(routes);
        WebApp.Map(routes);
        return app;
    }
}
