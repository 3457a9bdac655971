using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Agents.Models.Wire;
using OrleansAgents.Agents.Settings;

namespace OrleansAgents.Agents.Models;

/// <summary>The models of this process by name, fixed at start. Names are compared without case, as in the configuration.</summary>
internal sealed class ModelRegistry : IDisposable
{
    private readonly Dictionary<string, RegisteredModel> _models = new(StringComparer.OrdinalIgnoreCase);

    public ModelRegistry(
        IEnumerable<ModelSettings> settings, IEnumerable<ModelRegistration> registrations, IServiceProvider services, TimeProvider time)
    {
        foreach (var registration in registrations)
        {
            _models[registration.Settings.Name] = Register(registration.Settings, new ClientWire(registration.Create(services), registration.Settings), time);
        }

        foreach (var model in settings)
        {
            if (!_models.ContainsKey(model.Name))
            {
                _models[model.Name] = Register(model, Create(model, services), time);
            }
        }
    }

    public IReadOnlyCollection<string> Names => _models.Keys;

    /// <summary>Called with a model's name after its provider, which had refused everybody, answers again.</summary>
    public event Action<string>? Opened;

    /// <summary>Null when there is no model configuration of this name.</summary>
    public RegisteredModel? Find(string name) => _models.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var model in _models.Values)
        {
            model.Wire.Dispose();
            model.Gate.Dispose();
        }
    }

    /// <exception cref="InvalidSettingException">The provider is not part of this program.</exception>
    private static IModelWire Create(ModelSettings model, IServiceProvider services) =>
        model.Provider is ModelSettings.OpenAi or ModelSettings.AzureOpenAi ? OpenAiModel.Create(model)
        : services.GetServices<ModelProvider>().FirstOrDefault(p => p.Name == model.Provider) is { } provider ? new ClientWire(provider.Create(model, services), model)
        : throw new InvalidSettingException(
            $"Models:{model.Name}:Provider is '{model.Provider}', which this program does not have; set Models:{model.Name} to openai or azure-openai.");

    private RegisteredModel Register(ModelSettings settings, IModelWire wire, TimeProvider time) =>
        new(settings, wire, new(settings.MaxConcurrent, time, () => Opened?.Invoke(settings.Name)));
}
