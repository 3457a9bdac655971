using System.ClientModel;
using System.Net.Http;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansAgents.Events;

namespace OrleansAgents.Execution;

/// <summary>Gives each way in which a request can fail its kind, a stable code and a short sentence without secrets.</summary>
internal static partial class ModelFaults
{
    private const int MaxMessage = 300;

    public static ModelFault StreamCut() => Transient("stream_cut", "The model's answer ended in the middle.");

    public static ModelFault Stalled(TimeSpan limit) => Transient("stalled", $"The model sent nothing for {limit.TotalSeconds:0} seconds.");

    public static ModelFault Empty() => Transient("empty_answer", "The model's answer has neither text nor a tool call.");

    public static ModelFault Spent(int tokens) =>
        new(ModelFaultKind.Final, new("empty_answer", $"The model used the whole length of its answer ({tokens} tokens) without any text. Raise MaxOutputTokens."));

    public static ModelFault Filtered(string? reason, ModelSettings model) =>
        new(ModelFaultKind.Final, new("content_filter", Sentence("The provider refused to answer", reason, model)));

    public static ModelFault Chunk(string? message, ModelSettings model) =>
        Transient("stream_error", Sentence("The provider broke off its answer", message, model));

    public static ModelFault UnknownModel(string name) =>
        new(ModelFaultKind.Provider, new("model_not_found", $"There is no model configuration named '{name}'."));

    /// <summary>Never throws.</summary>
    public static ModelFault From(Exception exception, ModelSettings model, TimeProvider time)
    {
        for (var e = exception; e is not null; e = e is AggregateException many ? many.InnerExceptions[0] : e.InnerException)
        {
            switch (e)
            {
                case ClientResultException { Status: > 0 } answer:
                    var response = answer.GetRawResponse();
                    var error = response is null ? default : ProviderError.Parse(response.Content.ToMemory().Span);
                    return Status(answer.Status, error, model, RetryAfter.Read(response?.Headers, time));
                case HttpRequestException { StatusCode: { } status }:
                    return Status((int)status, default, model, null);
                case HttpIOException or HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return StreamCut();
                case HttpRequestException http:
                    return Transient("unreachable", Unreachable(http));
                case IOException:
                    return StreamCut();
                case JsonException:
                    return Transient("stream_error", "The model's answer is not in the form of the protocol.");
                case OperationCanceledException or TimeoutException:
                    return Transient("timeout", "The request to the model timed out.");
                default:
                    break;
            }
        }

        return Transient("model_error", $"The model client failed ({exception.GetType().Name}).");
    }

    private static ModelFault Status(int status, ProviderError error, ModelSettings model, TimeSpan? retryAfter)
    {
        var (kind, code, what) = status switch
        {
            _ when error.Is("content_filter", "content_policy_violation") => (ModelFaultKind.Final, "content_filter", "The provider refused to answer"),
            402 => (ModelFaultKind.Provider, "insufficient_quota", "The account has no quota left"),
            429 when error.Is("insufficient_quota", "billing_hard_limit_reached", "billing_not_active") =>
                (ModelFaultKind.Provider, "insufficient_quota", "The account has no quota left"),
            429 => (ModelFaultKind.Transient, "rate_limited", "The provider limits the rate of requests"),
            401 => (ModelFaultKind.Provider, "unauthorized", "The provider does not accept the API key"),
            403 => (ModelFaultKind.Provider, "forbidden", "The provider does not allow this request"),
            404 => (ModelFaultKind.Provider, "model_not_found", $"The provider does not know the model '{model.Model}' or the address"),
            _ when error.Is("model_not_found") => (ModelFaultKind.Provider, "model_not_found", $"The provider does not know the model '{model.Model}'"),
            408 => (ModelFaultKind.Transient, "timeout", "The request to the model timed out"),
            409 or 425 or >= 500 => (ModelFaultKind.Transient, "server_error", "The provider has a fault of its own"),
            < 400 => (ModelFaultKind.Provider, "unexpected_status", "The endpoint does not answer as a model does"),
            _ => (ModelFaultKind.Final, "bad_request", "The provider cannot accept the request"),
        };
        return new(kind, new(code, Sentence($"{what} (HTTP {status})", error.Message, model)), kind == ModelFaultKind.Final ? null : retryAfter);
    }

    private static string Unreachable(HttpRequestException http) => http.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "The model's server cannot be reached: its name is not known (DNS).",
        HttpRequestError.SecureConnectionError => "The model's server cannot be reached: no secure connection (TLS).",
        HttpRequestError.ProxyTunnelError => "The model's server cannot be reached: the proxy refuses.",
        _ => "The model's server cannot be reached: no connection.",
    };

    private static ModelFault Transient(string code, string message) => new(ModelFaultKind.Transient, new(code, message));

    private static string Sentence(string what, string? detail, ModelSettings model)
    {
        detail = detail?.ReplaceLineEndings(" ").Trim();
        if (string.IsNullOrEmpty(detail))
        {
            return what + ".";
        }

        // Some servers echo the key that they refuse.
        if (model.ApiKey is { Length: > 3 } key)
        {
            detail = detail.Replace(key, "***", StringComparison.Ordinal);
        }

        detail = Utf16.Repair(KeyLike().Replace(detail, "***"));
        if (detail.Length > MaxMessage)
        {
            detail = Utf16.Repair(detail[..MaxMessage]) + "…";
        }

        return $"{what}: {detail}";
    }

    [GeneratedRegex(@"\b(sk|pk|key)-[A-Za-z0-9_*-]{4,}|(?<=[Bb]earer )\S+")]
    private static partial Regex KeyLike();
}
