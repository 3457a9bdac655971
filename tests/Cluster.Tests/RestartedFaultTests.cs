using OrleansAgents.Cluster.Tests.Faults;
using OrleansAgents.Events;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

public sealed class OpenAiRestartedFaultTests(OpenAiRestartStand stand) : RestartedFaultTests(stand), IClassFixture<OpenAiRestartStand>;

public sealed class AzureOpenAiRestartedFaultTests(AzureOpenAiRestartStand stand) : RestartedFaultTests(stand), IClassFixture<AzureOpenAiRestartStand>;

public sealed class ResponsesRestartedFaultTests(ResponsesRestartStand stand) : RestartedFaultTests(stand), IClassFixture<ResponsesRestartStand>;

/// <summary>Every fault of a provider, over the real wire, and the process dies while the run waits: it goes on as it would have.</summary>
public abstract class RestartedFaultTests(RestartStand stand)
{
    public static TheoryData<string> Faults => [.. ProviderFault.All.Select(f => f.Name)];

    [Theory, MemberData(nameof(Faults))]
    public void The_run_waits_for_what_it_should(string name)
    {
        var fault = Fault(name);
        var events = stand.Before[name].Select(e => e.Decode()).ToList();
        if (fault.Waits is not null)
        {
            var failed = Assert.IsType<ModelFailed>(events[^1]);
            Assert.Equal((fault.Code, fault.Waits), (failed.Error.Code, failed.Reason));
            Assert.InRange(failed.RetryAt!.Value - stand.Before[name][^1].At, fault.AtLeast, fault.AtLeast + TimeSpan.FromSeconds(0.5));
        }
        else if (fault.IsFinal)
        {
            Assert.Equal(fault.Code, (events[^1] as RunFailed)?.Error.Code);
        }
        else
        {
            Assert.IsType<ModelStarted>(events[^1]);
        }
    }

    [Theory, MemberData(nameof(Faults))]
    public void A_restart_does_not_shorten_a_wait_for_what_passes_by_itself(string name)
    {
        if (Fault(name) is { IsCut: false, IsMended: false })
        {
            Assert.Equal(stand.Before[name].Select(e => e.Seq), stand.Early[name].Select(e => e.Seq));
        }
    }

    [Theory, MemberData(nameof(Faults))]
    public void The_run_comes_to_its_end_by_itself(string name)
    {
        var fault = Fault(name);
        var before = stand.Before[name].Select(e => e.Type).ToList();
        string[] next = fault.IsFinal ? [] : fault.IsCut ? ["model.failed", "model.started", "model.completed", "run.completed"]
            : fault.IsMended ? ["retry.requested", "model.started", "model.completed", "run.completed"]
            : ["model.started", "model.completed", "run.completed"];
        Assert.Equal([.. before, .. next], stand.After[name].Select(e => e.Type));
        if (fault.IsCut)
        {
            Assert.Equal("interrupted", Assert.IsType<ModelFailed>(stand.After[name][before.Count].Decode()).Error.Code);
        }
        else if (fault is { Waits: not null, IsMended: false })
        {
            var due = ((ModelFailed)stand.Before[name][^1].Decode()!).RetryAt!.Value;
            Assert.InRange(stand.After[name][before.Count].At, due, DateTimeOffset.MaxValue);
        }
    }

    [Theory, MemberData(nameof(Faults))]
    public void Requests_on_the_wire_are_the_attempts_of_the_journal(string name)
    {
        var attempts = stand.After[name].Select(e => e.Decode()).OfType<ModelStarted>().Select(m => (m.Step, m.Attempt)).ToList();
        Assert.Equal(attempts.Distinct(), attempts);

        // One that found nobody was no request that anybody received.
        Assert.Equal(attempts.Count - (Fault(name).Breaks is null ? 0 : 1), stand.Requests(name));
    }

    private static ProviderFault Fault(string name) => ProviderFault.All.Single(f => f.Name == name);
}
