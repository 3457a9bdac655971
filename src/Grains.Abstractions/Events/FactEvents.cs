using System.Text.Json.Serialization;

namespace OrleansAgents.Events;

/// <summary>An event in the journal of a user's facts. Clients never receive it. The text is a separate body, so that it can be erased.</summary>
public abstract record UserFactEvent : Event;

/// <summary>Something is kept from here on. Valid from when it was recorded, until another supersedes it or it is forgotten.</summary>
/// <param name="Content">The body with key and text, salted, so that its name says nothing of them once it is gone.</param>
/// <param name="Supersedes">Facts that are no longer valid from here on. They are kept.</param>
public sealed record FactRemembered(
    string FactId, BodyRef Content, FactSource Source, FactTrust Trust, IReadOnlyList<string>? Supersedes = null) : UserFactEvent;

/// <summary>An agent was asked to forget: the fact is no longer valid and told to nobody but its user. It is kept.</summary>
/// <param name="Source">The call that forgot it.</param>
public sealed record FactForgotten(string FactId, FactSource Source) : UserFactEvent;

/// <summary>The user deleted the fact: its key and text are gone with this commit, and this is what remains.</summary>
/// <param name="By">The user.</param>
public sealed record FactErased(string FactId, string By) : UserFactEvent;

/// <summary>Where a fact comes from. The run may be deleted by now.</summary>
[GenerateSerializer, Immutable, Alias("fact-source")]
public sealed record FactSource(
    [property: Id(0)] string RunId, [property: Id(1)] string? ThreadId, [property: Id(2)] string Agent,
    [property: Id(3)] int Step, [property: Id(4)] string CallId);

/// <summary>Whose word a fact is. Derived from the run that it comes from, never claimed by the model; more is more.</summary>
[JsonConverter(typeof(SnakeCaseEnum<FactTrust>))]
[Alias("fact-trust")]
public enum FactTrust
{
    /// <summary>Untrusted: the model had read what tools returned, and it is not what the user said.</summary>
    Tool,

    /// <summary>The model's own words, from nothing but what the user said.</summary>
    Model,

    /// <summary>The user's own words.</summary>
    User,
}
