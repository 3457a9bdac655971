using System.Globalization;
using System.Text.RegularExpressions;
using Amqp.Framing;
using Amqp.Types;

namespace OrleansAgents.EventHubsServer;

/// <summary>Where a consumer starts, from the selector filter of its link.</summary>
internal static partial class StartPosition
{
    private static readonly Symbol Filter = "apache.org:selector-filter:string";

    /// <summary>Sequence number of the first event to deliver. No filter means the beginning.</summary>
    /// <exception cref="FormatException">The filter is none that the client writes.</exception>
    public static long Find(Source source, Partition partition)
    {
        if (source.FilterSet?[Filter] is not DescribedValue { Value: string selector })
        {
            return 0;
        }

        var match = Selector().Match(selector);
        if (!match.Success)
        {
            throw new FormatException($"The filter '{selector}' is not understood.");
        }

        var value = match.Groups["value"].Value;
        if (value == "@latest")
        {
            return partition.Find(_ => false);
        }

        var (limit, inclusive) = (long.Parse(value, CultureInfo.InvariantCulture), match.Groups["operator"].Value == ">=");
        return match.Groups["name"].Value switch
        {
            "offset" => partition.Find(e => Passes(e.Offset)),
            "sequence-number" => partition.Find(e => Passes(e.SequenceNumber)),
            _ => partition.Find(e => Passes(e.EnqueuedTime.ToUnixTimeMilliseconds())),
        };

        bool Passes(long position) => position > limit || (inclusive && position == limit);
    }

    [GeneratedRegex("""^amqp\.annotation\.x-opt-(?<name>offset|sequence-number|enqueued-time)\s*(?<operator>>=|>)\s*'?(?<value>@latest|-?\d+)'?$""")]
    private static partial Regex Selector();
}
