using Microsoft.Extensions.AI;

namespace OrleansAgents.Execution;

/// <summary>A client given in code for a model name; it wins over the configuration of that name.</summary>
/// <param name="Create">Called once. The client must honour its cancellation token.</param>
internal sealed record ModelRegistration(ModelSettings Settings, Func<IServiceProvider, IChatClient> Create);

/// <summary>A model that can be asked.</summary>
/// <param name="Gate">Holds one place for each request in flight.</param>
internal sealed record RegisteredModel(ModelSettings Settings, IChatClient Client, SemaphoreSlim Gate)
{
    public TimeSpan Stall { get; } = TimeSpan.FromSeconds(Settings.StallSeconds);
}

/// <summary>The models of this process by name, fixed at start. Names are compared without case, as in the configuration.</summary>
internal sealed class ModelRegistry : IDisposable
{
    private readonly Dictionary<string, RegisteredModel> _models = new(StringComparer.OrdinalIgnoreCase);

    public ModelRegistry(
        IEnumerable<ModelSettings> settings, IEnumerable<ModelRegistration> registrations, IServiceProvider services, TimeProvider time)
    {
        foreach (var registration in registrations)
        {
            _models[registration.Settings.Name] = Register(registration.Settings, registration.Create(services));
        }

        foreach (var model in settings)
        {
            if (!_models.ContainsKey(model.Name))
            {
                _models[model.Name] = Register(model, model.Provider == ModelSettings.Demo ? new DemoModel(model.Pace, time) : OpenAiModel.Create(model));
            }
        }
    }

    public IReadOnlyCollection<string> Names => _models.Keys;

    /// <summary>Null when there is no model configuration of this name.</summary>
    public RegisteredModel? Find(string name) => _models.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var model in _models.Values)
        {
            model.Client.Dispose();
            model.Gate.Dispose();
        }
    }

    private static RegisteredModel Register(ModelSettings settings, IChatClient client) =>
        new(settings, new Telemetry.WatchedModel(client), new SemaphoreSlim(settings.MaxConcurrent, settings.MaxConcurrent));
}
