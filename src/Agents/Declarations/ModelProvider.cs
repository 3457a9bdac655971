using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Models.Settings;

namespace OrleansAgents.Agents.Declarations;

/// <summary>A provider beside those that are asked over a wire: what <c>Models:&lt;name&gt;:Provider</c> names is made here.</summary>
/// <param name="Create">Called once for each model. The client must honour its cancellation token.</param>
internal sealed record ModelProvider(string Name, Func<ModelSettings, IServiceProvider, IChatClient> Create);
