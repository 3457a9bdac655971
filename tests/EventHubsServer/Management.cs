using Amqp.Listener;
using Amqp.Types;

namespace OrleansAgents.EventHubsServer;

/// <summary>The node <c>$management</c>: describes the hub and its partitions.</summary>
internal sealed class Management(Hub hub) : IRequestProcessor
{
    public int Credit => 100;

    public void Process(RequestContext requestContext)
    {
        string? Field(string name) => requestContext.Message.ApplicationProperties?[name] as string;
        if (hub.Key.Fault(Field("security_token")) is { } fault)
        {
            requestContext.Answer(401, fault);
        }
        else if (!hub.Name.Equals(Field("name"), StringComparison.OrdinalIgnoreCase))
        {
            requestContext.Answer(404, Refusal.NotFound(Field("name") ?? "").Description);
        }
        else
        {
            switch (Field("operation"), Field("type"))
            {
                case ("READ", "com.microsoft:eventhub"):
                    requestContext.Answer(200, "OK", Describe());
                    break;
                case ("READ", "com.microsoft:partition") when hub.Find(Field("partition") ?? "") is { } partition:
                    requestContext.Answer(200, "OK", Describe(partition));
                    break;
                case ("READ", "com.microsoft:partition"):
                    requestContext.Answer(400, Refusal.NoPartition(Field("partition") ?? "").Description);
                    break;
                default:
                    requestContext.Answer(501, "The operation is not supported.");
                    break;
            }
        }
    }

    private Map Describe() => new()
    {
        ["name"] = hub.Name,
        ["type"] = "com.microsoft:eventhub",
        ["created_at"] = hub.CreatedAt.UtcDateTime,
        ["partition_count"] = hub.Partitions.Count,
        ["partition_ids"] = hub.Partitions.Select(p => p.Id).ToArray(),
    };

    private Map Describe(Partition partition)
    {
        var state = partition.State;
        return new()
        {
            ["name"] = hub.Name,
            ["type"] = "com.microsoft:partition",
            ["partition"] = partition.Id,
            ["begin_sequence_number"] = state.First,
            ["last_enqueued_sequence_number"] = state.Last,
            ["last_enqueued_offset"] = state.LastOffset,
            ["last_enqueued_time_utc"] = state.LastTime.UtcDateTime,
            ["is_partition_empty"] = state.Last < state.First,
        };
    }
}
