using OrleansAgents.Events;

namespace OrleansAgents.Gateway.Http;

/// <summary>A refusal as clients see it: problem details (RFC 9457) with a stable code.</summary>
/// <param name="Type">Always <c>about:blank</c>; <paramref name="Code"/> tells problems apart.</param>
/// <param name="Title">The phrase of the HTTP status.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What is wrong and what to do, in a sentence.</param>
/// <param name="Code">Stable; never renamed.</param>
/// <param name="Field">The JSON path, query parameter, path parameter or header at fault; null where none is.</param>
/// <param name="RunStatus">Where the run stands, when that is why.</param>
/// <param name="By">Who was faster, when that is why.</param>
/// <param name="Id">Names the failure in the server's log.</param>
internal sealed record ApiProblem(
    string Type, string Title, int Status, string Detail, string Code, string? Field,
    RunStatus? RunStatus = null, string? By = null, string? Id = null);
