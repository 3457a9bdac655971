namespace OrleansAgents.Gateway.Http;

/// <summary>Ends a request with a problem; <see cref="ProblemMiddleware"/> writes it.</summary>
internal sealed class ProblemException(int status, string code, string detail, string? field = null)
    : Exception(detail)
{
    public int Status => status;

    public string Code => code;

    public string? Field => @field;

    /// <summary>A request that cannot be understood.</summary>
    public static ProblemException Invalid(string code, string field, string detail) => new(400, code, detail, field);
}
