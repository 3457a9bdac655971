using System.Globalization;
using OrleansAgents.Events;
using OrleansAgents.Testing;

namespace OrleansAgents.Cluster.Tests.Faults;

/// <summary>One way in which a provider fails, and what a run that meets it comes to.</summary>
/// <param name="Name">Also the model's name, so that the server knows by it what to answer.</param>
/// <param name="Replies">What the provider answers first, request by request; then it is well.</param>
/// <param name="Waits">What the run waits for when its process dies: a word of <see cref="WaitReason"/>, or null for an answer.</param>
/// <param name="Code">Of the fault that is recorded before the restart, or fails the run; null where there is none.</param>
/// <param name="AtLeast">The shortest wait.</param>
/// <param name="Breaks">The address that does not lead to the provider; the restart mends it.</param>
internal sealed record ProviderFault(
    string Name, IReadOnlyList<Func<Reply>> Replies, string? Waits, string? Code, TimeSpan AtLeast = default, Func<Uri, Uri>? Breaks = null)
{
    private static readonly TimeSpan FirstProbe = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset Frozen = new FrozenClock().Now;
    private static readonly Task Never = new TaskCompletionSource().Task;

    public static IReadOnlyList<ProviderFault> All { get; } =
    [
        Retried("429", "rate_limited", r => r.Error(429)),
        Retried("429-seconds", "rate_limited", r => r.Error(429).Header("Retry-After", "90"), 90),
        Retried("429-date", "rate_limited", r => r.Error(429).Header("Retry-After", Frozen.AddSeconds(120).ToString("r", CultureInfo.InvariantCulture)), 120),
        Retried("500", "server_error", r => r.Error(500)),
        Retried("502", "server_error", r => r.Error(502)),
        Retried("503", "server_error", r => r.Error(503).Header("Retry-After", "70"), 70),
        Retried("529", "server_error", r => r.Error(529)),
        Retried("408", "timeout", r => r.Error(408)),
        Retried("cut", "stream_cut", r => r.Text("Half").NoDone()),
        Retried("cut-call", "stream_cut", r => r.Call("list_documents", "{}").NoDone()),
        Retried("error-chunk", "stream_error", r => r.Text("Half").ErrorChunk("overloaded")),
        Retried("no-json", "unreadable_answer", r => r.Text("Half").Raw("{ oops")),
        Retried("stalled", "stalled", r => r.Text("Half").Wait(Never)),
        Retried("empty", "empty_answer", r => r.Text(" ").Finish("stop")),
        Unreached("refused", _ => new("http://127.0.0.1:9/v1")),
        Unreached("no-name", _ => new("http://no-such-host.invalid/v1")),
        Unreached("no-tls", good => new UriBuilder(good) { Scheme = "https" }.Uri),
        AtProvider("401", "unauthorized", r => r.Error(401)),
        AtProvider("402", "insufficient_quota", r => r.Error(402)),
        AtProvider("403", "forbidden", r => r.Error(403)),
        AtProvider("404", "model_not_found", r => r.Error(404, "no", "model_not_found")),
        AtProvider("quota", "insufficient_quota", r => r.Error(429, "no", "insufficient_quota")),
        Ended("filtered", "content_filter", r => r.Error(400, "no", "content_filter")),
        Ended("filtered-late", "content_filter", r => r.Text("I").Finish("content_filter")),
        Ended("refuses", "content_filter", r => r.Refusal("No.").Finish("stop")),
        Ended("bad-request", "bad_request", r => r.Error(400, "no", "invalid_value")),
        Ended("length", null, r => r.Text("As far as").Finish("length")),
        InAnswer("answering", r => r.Text("Half").Wait(Never)),
        InAnswer("silent", r => r.Wait(Never)),
        InAnswer("bad-arguments", r => r.Wait(Never), r => r.Call("read_document", "{\"path\":").Finish("tool_calls")),
        InAnswer("bad-schema", r => r.Wait(Never), r => r.Call("read_document", """{"path":1}""").Finish("tool_calls")),
        InAnswer("no-such-tool", r => r.Wait(Never), r => r.Call("erase_all", "{}").Finish("tool_calls")),
        InAnswer("call-cut-by-length", r => r.Wait(Never), r => r.Call("list_documents", "{}").Finish("length")),
    ];

    /// <summary>The request is on its way when the process dies.</summary>
    public bool IsCut => Waits is null && Replies.Count > 0 && !IsFinal;

    /// <summary>A person has to mend something, and may have done so when a process starts.</summary>
    public bool IsMended => Waits == WaitReason.Provider;

    /// <summary>Nothing is left to do when the process dies.</summary>
    public bool IsFinal { get; private init; }

    public override string ToString() => Name;

    private static ProviderFault Retried(string name, string code, Action<Reply> reply, double seconds = 0.5) =>
        new(name, Of(reply), WaitReason.Retry, code, TimeSpan.FromSeconds(seconds));

    private static ProviderFault Unreached(string name, Func<Uri, Uri> breaks) =>
        new(name, [], WaitReason.Retry, "unreachable", TimeSpan.FromSeconds(0.5), breaks);

    private static ProviderFault AtProvider(string name, string code, Action<Reply> reply) =>
        new(name, Of(reply), WaitReason.Provider, code, FirstProbe);

    private static ProviderFault Ended(string name, string? code, Action<Reply> reply) => new(name, Of(reply), null, code) { IsFinal = true };

    private static ProviderFault InAnswer(string name, Action<Reply> held, params Action<Reply>[] before) => new(name, Of([.. before, held]), null, null);

    private static List<Func<Reply>> Of(params ReadOnlySpan<Action<Reply>> replies)
    {
        var made = new List<Func<Reply>>();
        foreach (var tell in replies)
        {
            made.Add(() =>
            {
                var reply = new Reply();
                tell(reply);
                return reply;
            });
        }

        return made;
    }
}
