using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A day in which a model answers nothing but one fault, and a hundred runs wait for it: how often it is asked, and what the runs say.</summary>
public sealed class DayOfFaultsTests
{
    private const int Runs = 100;
    private const int Places = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("key")]
    [InlineData("quota")]
    [InlineData("unknown model")]
    public async Task What_a_person_must_mend_is_probed_by_one_request_for_all_runs(string fault)
    {
        await using var day = await Day.StartAsync(fault);
        await day.PassAsync();

        Assert.InRange(day.Model.Received.Count, Places, Places + 30);
        foreach (var view in await day.ViewsAsync())
        {
            Assert.Equal((RunStatus.Waiting, WaitReason.Provider), (view.Status, view.Reason));
            Assert.Contains($"the server says {fault}", view.Why);
            Assert.Contains("asked again at", view.Why);
        }

        // It is mended, and one person says so: all runs go on.
        day.IsMended = true;
        Assert.Null((await day.Silo.Run(day.Ids[^1]).RetryAsync(TestSilo.Meta())).Problem);
        foreach (var id in day.Ids)
        {
            Assert.Equal(RunStatus.Completed, (await day.Silo.UntilEndedAsync(id)).Status);
        }
    }

    [Theory]
    [InlineData("unreadable")]
    [InlineData("refusal in a 200")]
    [InlineData("empty")]
    public async Task What_waiting_cannot_mend_is_tried_three_times_by_each_run(string fault)
    {
        await using var day = await Day.StartAsync(fault);
        await day.PassAsync();

        Assert.All(day.Model.Received.GroupBy(r => r.Input), run => Assert.InRange(run.Count(), 1, 3));
        foreach (var view in await day.ViewsAsync())
        {
            Assert.Equal((RunStatus.Paused, PauseReason.Provider), (view.Status, view.Reason));
            Assert.Contains(fault == "refusal in a 200" ? $"the server says {fault}" : "The model's answer", view.Why);
        }

        day.IsMended = true;
        Assert.Null((await day.Silo.Run(day.Ids[0]).ResumeAsync(TestSilo.Meta())).Problem);
        Assert.Equal(RunStatus.Completed, (await day.Silo.UntilEndedAsync(day.Ids[0])).Status);
    }

    [Theory]
    [InlineData("down")]
    [InlineData("busy")]
    public async Task What_passes_by_itself_is_tried_all_day_and_goes_on_by_itself(string fault)
    {
        await using var day = await Day.StartAsync(fault);
        await day.PassAsync();

        foreach (var view in await day.ViewsAsync())
        {
            Assert.Contains(view.Status, (RunStatus[])[RunStatus.Waiting, RunStatus.Running]);
            Assert.Contains($"the server says {fault}", view.Why);
        }

        day.IsMended = true;
        await day.PassAsync(TimeSpan.FromMinutes(20));
        foreach (var id in day.Ids)
        {
            Assert.Equal(RunStatus.Completed, (await day.Silo.UntilEndedAsync(id)).Status);
        }
    }

    /// <summary>A silo with a clock that the test moves, and runs on a model with one fault.</summary>
    private sealed class Day : IAsyncDisposable
    {
        private readonly TempFolder _folder = new();
        private readonly TestTime _time = new(new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
        private SqliteJournal _journal = null!;
        private OpenCallsJournal _calls = null!;

        public ModelServer Model { get; private set; } = null!;
        public TestSilo Silo { get; private set; } = null!;
        public IReadOnlyList<string> Ids { get; private set; } = [];
        public bool IsMended { get; set; }

        public static async Task<Day> StartAsync(string fault)
        {
            var day = new Day();
            var words = $"the server says {fault}";
            day.Model = await ModelServer.StartAsync(r => day.IsMended ? new Reply().Text("Well again.").Finish("stop") : fault switch
            {
                "key" => new Reply().Error(401, words),
                "quota" => new Reply().Error(429, words, "insufficient_quota"),
                "unknown model" => new Reply().Error(404, words, "model_not_found"),
                "unreadable" => new Reply().Text("Half").Raw("{ oops"),
                "refusal in a 200" => new Reply().Raw($$$"""{"error":{"message":"{{{words}}}","type":"invalid_request_error","code":400}}"""),
                "empty" => new Reply().Text("").Finish("stop"),
                "down" => new Reply().Error(503, words),
                _ => new Reply().Error(429, words),
            });
            var settings = TestSilo.ModelAt(day.Model);
            settings["Models:default:MaxConcurrent"] = $"{Places}";
            settings["Workspace:Path"] = Path.GetDirectoryName(day._folder.File("x"));
            day._journal = new SqliteJournal(day._folder.File("agents.db"));
            day._calls = new(day._journal);
            day.Silo = await TestSilo.StartAsync(day._calls, settings, s =>
            {
                s.AddSingleton<TimeProvider>(day._time);
                s.AddSingleton(new RunsOptions { Tick = TimeSpan.FromMilliseconds(50), TicksPerSweep = 4 });
            });
            day.Ids = await Task.WhenAll(Enumerable.Range(0, Runs).Select(n => day.Silo.StartRunAsync("docs", $"Are you there, {n}?", new Budget(Seconds: 48 * 60 * 60))));
            await day.SettleAsync();
            return day;
        }

        /// <summary>Moves the clock to its end, first minute by minute, then in steps of ten.</summary>
        public async Task PassAsync(TimeSpan? length = null)
        {
            var end = _time.Now + (length ?? TimeSpan.FromHours(24));
            for (var minutes = 0; _time.Now < end; minutes++)
            {
                _time.Advance(TimeSpan.FromMinutes(minutes < 20 ? 1 : 10));
                await SettleAsync();
            }
        }

        public async Task<IReadOnlyList<RunView>> ViewsAsync() =>
            await Task.WhenAll(Ids.Select(async id => (await Silo.Reader.ViewAsync(Principal.Local, id)).Value!));

        public async ValueTask DisposeAsync()
        {
            await Silo.DisposeAsync();
            await _journal.DisposeAsync();
            await Model.DisposeAsync();
            _folder.Dispose();
        }

        /// <summary>Until nothing is due and nothing is under way: two looks in a row see the same.</summary>
        private async Task SettleAsync()
        {
            var began = TimeProvider.System.GetTimestamp();
            var (before, after) = (-1, 0);
            while (before != after || _calls.Open > 0 || await IsDueAsync())
            {
                Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"Waited {Patience.TotalSeconds} s for the runs to come to rest.");
                before = Model.Received.Count;
                await Task.Delay(40);
                after = Model.Received.Count;
            }
        }

        private async Task<bool> IsDueAsync() => (await _journal.ScanAsync(new(_time.Now, [], null, 10_000))).Any(h => h.WakeAt <= _time.Now);
    }
}
