using System.Text.Json;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;
using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Hubs;

/// <summary>MessagePack with the names and shapes of the JSON, so that a client reads the same over both.</summary>
internal sealed class HubMessagePack : IFormatterResolver
{
    /// <summary>What clients send is data of strangers: depth and hashing are guarded.</summary>
    public static MessagePackSerializerOptions Options { get; } = MessagePackSerializerOptions.Standard
        .WithResolver(new HubMessagePack()).WithSecurity(MessagePackSecurity.UntrustedData);

    public IMessagePackFormatter<T>? GetFormatter<T>() => Formatters<T>.Instance;

    private static class Formatters<T>
    {
        public static readonly IMessagePackFormatter<T>? Instance =
            typeof(T).Assembly.GetName().Name!.StartsWith("OrleansAgents", StringComparison.Ordinal)
                ? new JsonShaped<T>()
                : StandardResolver.Instance.GetFormatter<T>();
    }

    private sealed class JsonShaped<T> : IMessagePackFormatter<T>
    {
        public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options) =>
            MessagePackSerializer.ConvertFromJson(JsonSerializer.Serialize(value, GatewayJson.Answers), ref writer, options);

        public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        {
            using var json = new StringWriter();
            MessagePackSerializer.ConvertToJson(ref reader, json, options);
            return JsonSerializer.Deserialize<T>(json.ToString(), GatewayJson.Answers)!;
        }
    }
}
