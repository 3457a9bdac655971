using System.ClientModel;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansAgents.Agents.Json;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Agents.Models.Wire;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;

namespace OrleansAgents.Agents.Models;

/// <summary>Gives each way in which a request can fail its kind, a stable code and a short sentence without secrets.</summary>
internal static partial class ModelFaults
{
    private const int MaxMessage = 300;

    /// <summary>Of what is looked through for secrets.</summary>
    private const int MaxRead = 2000;

    private static readonly string[] NoQuota = ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "billing_error", "enforced_spend_limit_reached"];

    public static ModelFault StreamCut() => Transient("stream_cut", "The model's answer ended in the middle.");

    public static ModelFault Stalled(TimeSpan limit) => Transient("stalled", $"The model sent nothing for {limit.TotalSeconds:0} seconds.");

    public static ModelFault NeverBegan(TimeSpan limit) => Transient("no_first_token", $"The model had not begun its answer after {limit.TotalSeconds:0} seconds.");

    public static ModelFault TooLong(TimeSpan limit) => Defect("too_long", $"The call lasted {limit.TotalSeconds:0} seconds, and its answer was not whole.");

    /// <summary>The next attempt finds that nothing is left, and the run pauses.</summary>
    public static ModelFault OutOfBudget() => Transient(ErrorCodes.Budget, "The run's budget ended before the answer began.");

    public static ModelFault Empty() => Defect("empty_answer", "The model's answer has neither text nor a tool call.");

    public static ModelFault Spent(int tokens) =>
        new(FaultKind.Final, new("empty_answer", $"The model used the whole length of its answer ({tokens} tokens) without any text. Raise MaxOutputTokens."));

    public static ModelFault Filtered(string? reason, ModelSettings model) =>
        new(FaultKind.Final, new("content_filter", Sentence("The provider refused to answer", reason, model)));

    /// <summary>An error in the middle of a stream that began well. Its code says whether it passes.</summary>
    public static ModelFault Chunk(string? code, string? message, ModelSettings model)
    {
        var error = new ProviderError(code, null, message);
        return int.TryParse(code, out var status) && status is >= 400 and < 600 ? Chunk(Status(status, error, model, null))
            : error.IsRateLimit ? Chunk(Status(429, error, model, null))
            : error.Is(NoQuota) ? Chunk(Status(402, error, model, null))
            : error.Is("invalid_request_error", "invalid_prompt", "BadRequestError", "bad_request", "context_length_exceeded") ? Chunk(Status(400, error, model, null))
            : error.Is("invalid_api_key", "authentication_error", "permission_error") ? Chunk(Status(401, error, model, null))
            : Transient("stream_error", Sentence("The provider broke off its answer", message, model));
    }

    /// <summary>The request was taken: what can never succeed may be the answer's fault, so that it is tried again, and then a person looks.</summary>
    private static ModelFault Chunk(ModelFault fault) => fault.Kind == FaultKind.Final && fault.Error.Code != "content_filter" ? fault with { Kind = FaultKind.Defect } : fault;

    public static ModelFault UnknownModel(string name) =>
        new(FaultKind.Provider, new("model_not_found", $"There is no model configuration named '{name}'."));

    /// <summary>Never throws.</summary>
    public static ModelFault From(Exception exception, ModelSettings model, TimeProvider time)
    {
        for (var e = exception; e is not null; e = e is AggregateException many ? many.InnerExceptions[0] : e.InnerException)
        {
            switch (e)
            {
                case ModelRefusedException refused:
                    return Status(refused.Status, refused.Error, model, RetryAfter.Read(refused.Headers, time));
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
                    return Defect("unreadable_answer", "The model's answer is not in the form of the protocol.");
                case OperationCanceledException or TimeoutException:
                    return Transient("timeout", "The request to the model timed out.");
                default:
                    if (ClientFault.Read(e) is { } told)
                    {
                        return told.Status is { } code ? Status(code, told.Error, model, null) : Chunk(told.Error.Code ?? told.Error.Type, told.Error.Message, model);
                    }

                    break;
            }
        }

        // Typed clients throw anything at what they do not expect.
        return Defect("unreadable_answer", $"The model's answer cannot be read ({exception.GetType().Name}).");
    }

    private static ModelFault Status(int status, ProviderError error, ModelSettings model, TimeSpan? retryAfter)
    {
        var (kind, code, what) = status switch
        {
            _ when error.Is("content_filter", "content_policy_violation") => (FaultKind.Final, "content_filter", "The provider refused to answer"),
            402 => (FaultKind.Provider, "insufficient_quota", "The account has no quota left"),
            429 when error.Is(NoQuota) =>
                (FaultKind.Provider, "insufficient_quota", "The account has no quota left"),
            429 => (FaultKind.Transient, "rate_limited", "The provider limits the rate of requests"),
            400 or 413 or 422 when error.IsRateLimit => (FaultKind.Transient, "rate_limited", "The provider limits the rate of requests"),
            498 or 499 => (FaultKind.Transient, "server_error", "The provider has no capacity or gave the request up"),
            401 => (FaultKind.Provider, "unauthorized", "The provider does not accept the API key"),
            403 => (FaultKind.Provider, "forbidden", "The provider does not allow this request"),
            404 => (FaultKind.Provider, "model_not_found", $"The provider does not know the model '{model.Model ?? model.Name}' or the address"),
            _ when error.Is("model_not_found") => (FaultKind.Provider, "model_not_found", $"The provider does not know the model '{model.Model ?? model.Name}'"),
            408 => (FaultKind.Transient, "timeout", "The request to the model timed out"),
            409 or 425 or >= 500 => (FaultKind.Transient, "server_error", "The provider has a fault of its own"),
            < 400 => (FaultKind.Provider, "unexpected_status", "The endpoint does not answer as a model does"),
            _ => (FaultKind.Final, "bad_request", "The provider cannot accept the request"),
        };

        // What is forbidden may be this one request, and the words may repeat it; the others are about the account and the model.
        what = $"{what} (HTTP {status})";
        return new(kind, new(code, Sentence(what, error.Message, model)), kind == FaultKind.Final ? null : retryAfter, Plain: status == 403 ? what + "." : null);
    }

    private static string Unreachable(HttpRequestException http) => http.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "The model's server cannot be reached: its name is not known (DNS).",
        HttpRequestError.SecureConnectionError => "The model's server cannot be reached: no secure connection (TLS).",
        HttpRequestError.ProxyTunnelError => "The model's server cannot be reached: the proxy refuses.",
        _ => "The model's server cannot be reached: no connection.",
    };

    private static ModelFault Defect(string code, string message) => new(FaultKind.Defect, new(code, message));

    private static ModelFault Transient(string code, string message) => new(FaultKind.Transient, new(code, message));

    private static string Sentence(string what, string? detail, ModelSettings model)
    {
        detail = detail is null ? null : Control().Replace(detail, " ").Trim();
        if (string.IsNullOrEmpty(detail))
        {
            return what + ".";
        }

        // Some servers echo the key or the header that they refuse.
        string?[] secrets = [.. model.Wire.Headers?.Values ?? [], model.ApiKey];
        foreach (var secret in secrets)
        {
            detail = secret is { Length: > 3 } ? detail.Replace(secret, "***", StringComparison.Ordinal) : detail;
        }

        detail = Utf16.Repair(KeyLike().Replace(detail.Length > MaxRead ? detail[..MaxRead] : detail, "***"));
        if (detail.Length > MaxMessage)
        {
            detail = Utf16.Repair(detail[..MaxMessage]) + "…";
        }

        return char.IsPunctuation(detail[^1]) ? $"{what}: {detail}" : $"{what}: {detail}.";
    }

    /// <summary>Controls, among them those that turn the direction of text.</summary>
    [GeneratedRegex(@"[\p{Cc}\p{Cf}\u2028\u2029]+")]
    private static partial Regex Control();

    [GeneratedRegex(@"\b(sk|pk|key|gsk|xai|hf|AIza|AKIA|eyJ)[-_A-Z0-9a-z][A-Za-z0-9_*.-]{6,}|(?<=[Bb]earer\s+)\S+|(?<=[Kk]ey(\s+provided)?[:=]\s*)\S+")]
    private static partial Regex KeyLike();
}
