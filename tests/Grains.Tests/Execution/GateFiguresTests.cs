using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Core.Runs;
using OrleansAgents.Demo;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Grains.Telemetry;

namespace OrleansAgents.Grains.Tests.Execution;

public sealed class GateFiguresTests
{
    [Fact]
    public void An_outage_and_who_waits_for_its_end_are_told_by_model()
    {
        var services = new ServiceCollection().AddLogging().AddMetrics().AddDemoModel().AddAgentExecution(new ConfigurationBuilder().Build());
        using var provider = services.AddSingleton<LocalRuns>().AddSingleton<RunInstruments>().BuildServiceProvider();
        _ = provider.GetRequiredService<RunInstruments>();
        var factory = provider.GetRequiredService<IMeterFactory>();
        var told = new Dictionary<string, (int Value, object? Model)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == factory)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => told[instrument.Name] = (value, tags.Length > 0 ? tags[0].Value : null));
        listener.Start();
        var gate = provider.GetRequiredService<ModelRegistry>().Find("default")!.Gate;

        listener.RecordObservableInstruments();
        Assert.Equal((0, "default"), told["orleans_agents.model.breaker"]);
        for (var i = 0; i < ModelGate.Outage; i++)
        {
            Assert.True(gate.EnterAsync(CancellationToken.None).IsCompleted);
            gate.Leave(new ModelFault(FaultKind.Transient, new("server_error", "down")), probe: false);
        }

        _ = gate.EnterAsync(CancellationToken.None);
        listener.RecordObservableInstruments();
        Assert.Equal((1, "default"), told["orleans_agents.model.breaker"]);
        Assert.Equal((1, "default"), told["orleans_agents.model.waiting"]);
    }
}
