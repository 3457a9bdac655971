using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Models.Settings;

namespace OrleansAgents.Agents.Models;

/// <summary>A client given in code for a model name; it wins over the configuration of that name.</summary>
/// <param name="Create">Called once. The client must honour its cancellation token.</param>
internal sealed record ModelRegistration(ModelSettings Settings, Func<IServiceProvider, IChatClient> Create);
