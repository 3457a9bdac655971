using System.Net.Http.Json;
using OrleansAgents.Silo;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>The programs as they are delivered, and a receiver that speaks the protocol.</summary>
public sealed class TelemetryExportTests
{
    private static readonly string[] Figures =
    [
        "gen_ai.client.operation.duration", "gen_ai.client.operation.time_to_first_chunk", "gen_ai.client.token.usage",
        "gen_ai.execute_tool.duration", "gen_ai.invoke_agent.duration", "orleans_agents.journal.append.duration", "orleans_agents.journal.queue",
        "orleans_agents.pending", "orleans_agents.run.events", "orleans_agents.runnable.oldest_age", "orleans_agents.runs", "orleans_agents.step.duration",
    ];

    [Theory]
    [InlineData("grpc", "/opentelemetry.proto.collector.")]
    [InlineData("http/protobuf", "/v1/")]
    public async Task Traces_metrics_and_logs_of_a_run_arrive_at_a_receiver(string protocol, string path)
    {
        using var folder = new TempFolder();
        await using var receiver = await OtlpReceiver.StartAsync(grpc: protocol == "grpc");
        await using var program = await ServiceProgram.StandaloneAsync(folder.File("agents.db"), Otlp.To(receiver, protocol));
        using (var probe = await program.SendAsync(new(HttpMethod.Get, "/health/ready")))
        {
            Assert.True(probe.IsSuccessStatusCode);
        }

        await AskAsync(program);

        await receiver.UntilAsync(r => r.Spans.Contains("invoke_agent docs"), "the run's span");
        await receiver.UntilAsync(r => r.Spans.Any(s => s.StartsWith("POST", StringComparison.Ordinal)), "the request's span");
        await receiver.UntilAsync(r => Figures.All(f => r.Metrics.Contains(f)), "the figures");
        await receiver.UntilAsync(r => r.Logs.Any(l => l.EndsWith("run.completed", StringComparison.Ordinal)), "the run's last line");
        await receiver.UntilAsync(r => r.Metrics.Any(m => m.StartsWith("orleans-", StringComparison.Ordinal)), "the runtime's own figures");
        Assert.Contains("POST /v1/runs", receiver.Spans);
        Assert.DoesNotContain(receiver.Spans, s => s.Contains("/health/", StringComparison.Ordinal));
        Assert.Contains("chat demo", receiver.Spans);
        Assert.Contains("execute_tool search_documents", receiver.Spans);
        Assert.Contains("orleans-agents", receiver.Resources);
        Assert.Equal(3, receiver.Paths.Count(p => p.StartsWith(path, StringComparison.Ordinal)));

        // What is sent to a receiver is not shown on the console.
        Assert.Single(program.Said);
    }

    [Fact]
    public async Task A_silo_and_a_gateway_of_their_own_send_each_what_they_do()
    {
        using var folder = new TempFolder();
        await using var silos = await OtlpReceiver.StartAsync(grpc: false);
        await using var gateways = await OtlpReceiver.StartAsync(grpc: false);
        var port = Ports.Free();
        await using var silo = await ServiceProgram.SiloAsync(folder.File("agents.db"), Ports.Free(), port, Otlp.To(silos, "http/protobuf"));
        await using var gateway = await ServiceProgram.GatewayAsync(port, Otlp.To(gateways, "http/protobuf"));
        await AskAsync(gateway);

        await silos.UntilAsync(r => r.Spans.Contains("invoke_agent docs"), "the run's span");
        await gateways.UntilAsync(r => r.Spans.Any(s => s.StartsWith("POST", StringComparison.Ordinal)), "the request's span");
        Assert.DoesNotContain("invoke_agent docs", gateways.Spans);
        Assert.Contains("orleans-agents", gateways.Resources);
    }

    [Fact]
    public async Task Without_a_receiver_a_run_leaves_the_console_at_its_ready_line()
    {
        using var folder = new TempFolder();
        await using var program = await ServiceProgram.StandaloneAsync(folder.File("agents.db"));
        await AskAsync(program);
        Assert.Single(program.Said);
    }

    private static async Task AskAsync(ServiceProgram program)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/runs")
        {
            Content = JsonContent.Create(new { agent = "docs", input = "What is a journal?", stream = true }),
        };
        using var response = await program.SendAsync(request);
        Assert.Contains("run.completed", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}

/// <summary>The environment that sends telemetry, soon enough for a test.</summary>
internal static class Otlp
{
    public static Dictionary<string, string> To(OtlpReceiver receiver, string protocol) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Endpoint.ToString(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
        ["Models__default__Pace"] = "0",
    };
}
