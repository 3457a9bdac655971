using System.Net;
using System.Net.Sockets;

namespace OrleansAgents.Silo;

/// <summary>Ports for silos that nobody has to find by number.</summary>
internal static class Ports
{
    /// <summary>A port that nobody listens on, below those that systems give to outgoing connections: it stays free until it is bound.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            using var probe = new TcpListener(IPAddress.Loopback, port);
            try
            {
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }
}
