using System.Text.Json;

namespace OrleansAgents.AppHost.Tests;

/// <summary>Reads traces where a person would look at them: from the dashboard, by its own API.</summary>
internal static class Dashboard
{
    /// <summary>The spans of one trace, once they are as wanted.</summary>
    public static async Task<IReadOnlyList<Span>> UntilAsync(HttpClient dashboard, string trace, Func<IReadOnlyList<Span>, bool> wanted, TimeSpan patience)
    {
        for (var began = TimeProvider.System.GetTimestamp(); ; await Task.Delay(250))
        {
            using var all = JsonDocument.Parse(await dashboard.GetStringAsync("/api/telemetry/traces?limit=1000"));
            var spans = Spans(all.RootElement.GetProperty("data").GetProperty("resourceSpans")).Where(s => s.Trace == trace).ToList();
            if (wanted(spans))
            {
                return spans;
            }

            if (TimeProvider.System.GetElapsedTime(began) > patience)
            {
                throw new TimeoutException($"Waited {patience.TotalSeconds} s; the trace has: {string.Join(", ", spans.Select(s => $"{s.Service} {s.Name}"))}.");
            }
        }
    }

    private static IEnumerable<Span> Spans(JsonElement resources) =>
        from resource in resources.EnumerateArray()
        let service = Text(resource.GetProperty("resource"), "service.name")
        from scope in resource.GetProperty("scopeSpans").EnumerateArray()
        from span in scope.GetProperty("spans").EnumerateArray()
        select new Span(
            service, span.GetProperty("name").GetString()!, span.GetProperty("traceId").GetString()!, span.GetProperty("spanId").GetString()!,
            span.TryGetProperty("parentSpanId", out var parent) ? parent.GetString() : null);

    private static string Text(JsonElement holder, string key) => holder.GetProperty("attributes").EnumerateArray()
        .First(a => a.GetProperty("key").GetString() == key).GetProperty("value").GetProperty("stringValue").GetString()!;

    /// <param name="Parent">Null for the first of its trace.</param>
    internal sealed record Span(string Service, string Name, string Trace, string Id, string? Parent);
}
