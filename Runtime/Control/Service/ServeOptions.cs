using System.Net;
using TimeNs.Control.Configuration;

namespace TimeNs.Control.Service;

/// <summary>What <c>timens serve</c> was told on its command line; each goes over what the configuration file says.</summary>
internal sealed record ServeOptions
{
    /// <summary>The path of the socket, absolute.</summary>
    public required string Socket { get; init; }

    /// <summary>The group whose members may connect.</summary>
    public string? Group { get; init; }

    /// <summary>The configuration file, read and found good; null for none.</summary>
    public ConfigSource? Config { get; init; }

    /// <summary>The state directory.</summary>
    public string? State { get; init; }

    /// <summary>The address and port for the page and the metrics.</summary>
    public IPEndPoint? Http { get; init; }

    /// <summary>The variables by which a service manager says where it listens.</summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;
}
