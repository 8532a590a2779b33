using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TimeNs.Control;

/// <summary>
/// What a host application says of its time namespaces and of who may control them. Bound to the section <see cref="Section"/> of the
/// configuration where there is one, and checked when the host starts.
/// </summary>
public sealed class TimeNsOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeNs";

    /// <summary>The namespaces that are there from the start, by name.</summary>
    public IDictionary<string, NamespaceOptions> Namespaces { get; } = new Dictionary<string, NamespaceOptions>(StringComparer.Ordinal);

    /// <summary>The name of this host, as images have it. Null: the machine's name.</summary>
    public string? HostName { get; set; }

    /// <summary>
    /// True: measurements of namespaces carry their names, for few names that stay. False: they are summed up. Read at the start.
    /// </summary>
    public bool NamespaceLabels { get; set; }

    /// <summary>Who may do what.</summary>
    [Required]
    [ValidateObjectMembers]
    public AccessOptions Access { get; set; } = new();

    /// <summary>How much a client may do.</summary>
    [Required]
    [ValidateObjectMembers]
    public LimitOptions Limits { get; set; } = new();
}

/// <summary>The clocks of a configured namespace, as texts: a span such as <c>+3d</c>, or <c>@host</c>; for the wall clock also an instant.</summary>
public sealed class NamespaceOptions
{
    /// <summary>The offset of CLOCK_REALTIME, or the instant that it reads when the runtime starts. Null: that of the host.</summary>
    public string? Realtime { get; set; }

    /// <summary>The offset of CLOCK_MONOTONIC. Null: none.</summary>
    public string? Monotonic { get; set; }

    /// <summary>The offset of CLOCK_BOOTTIME. Null: none.</summary>
    public string? Boottime { get; set; }
}

/// <summary>
/// Who may use the control interface. Over the Unix socket a client is the user and groups that the kernel says it is; root and the
/// user of the service itself are always <see cref="Role.Admin"/>.
/// </summary>
public sealed class AccessOptions
{
    /// <summary>Users, by name or number, who have the role admin.</summary>
    public IList<string> AdminUsers { get; } = [];

    /// <summary>Groups, by name or number, whose members have the role admin.</summary>
    public IList<string> AdminGroups { get; } = [];

    /// <summary>Users, by name or number, who have the role read.</summary>
    public IList<string> ReadUsers { get; } = [];

    /// <summary>Groups, by name or number, whose members have the role read.</summary>
    public IList<string> ReadGroups { get; } = [];

    /// <summary>
    /// The role of a client that comes over anything but a Unix socket, for which no credentials are known. With
    /// <see cref="TokenFile"/> it must show the token; without, it must come from this machine (loopback).
    /// </summary>
    [EnumDataType(typeof(Role))]
    public Role TcpRole { get; set; } = Role.None;

    /// <summary>
    /// With <see cref="TokenFile"/>: the role of such a client from this machine (loopback) that shows no token. None unless said: then it
    /// is refused. One that shows a wrong token is refused always.
    /// </summary>
    [EnumDataType(typeof(Role))]
    public Role LoopbackRole { get; set; } = Role.None;

    /// <summary>A file with the token that such a client must show (<c>Authorization: Bearer</c>). Read at the start.</summary>
    public string? TokenFile { get; set; }

    /// <summary>The configuration file says something of clients over TCP, be it <c>none</c>: then nothing is put in its place.</summary>
    internal bool SaysTcp { get; set; }

    /// <summary>Host names, without a port, under which the service may be asked over TCP, beside localhost and the loopback addresses.</summary>
    public IList<string> Hosts { get; } = [];
}

/// <summary>What a client may use up. A client is a user (uid) on the Unix socket; all clients over TCP together are one.</summary>
public sealed class LimitOptions
{
    /// <summary>Bytes of a JSON body.</summary>
    [Range(256, 16 << 20)]
    public int JsonBytes { get; set; } = 64 << 10;

    /// <summary>Bytes of an image.</summary>
    [Range(1024, int.MaxValue - 64)]
    public int ImageBytes { get; set; } = 256 << 20;

    /// <summary>Images that are taken in at once, from all clients together.</summary>
    [Range(1, 1024)]
    public int ConcurrentImages { get; set; } = 4;

    /// <summary>Live namespaces that a client has created or restored.</summary>
    [Range(0, 1_000_000)]
    public int NamespacesPerClient { get; set; } = 256;

    /// <summary>Open timers that a client has created or restored.</summary>
    [Range(0, 100_000_000)]
    public int TimersPerClient { get; set; } = 100_000;

    /// <summary>Requests a second of a client, in the long run.</summary>
    [Range(1, 10_000_000)]
    public int RequestsPerSecond { get; set; } = 2000;

    /// <summary>Requests that a client may make at once after a pause.</summary>
    [Range(1, 10_000_000)]
    public int RequestBurst { get; set; } = 4000;

    /// <summary>Connections of a client at once (Unix socket).</summary>
    [Range(1, 100_000)]
    public int ConnectionsPerClient { get; set; } = 128;

    /// <summary>Event streams of a client at once.</summary>
    [Range(0, 100_000)]
    public int EventStreamsPerClient { get; set; } = 16;

    /// <summary>Timers that one event stream reads.</summary>
    [Range(1, 1_000_000)]
    public int TimersPerEventStream { get; set; } = 4096;

    /// <summary>Events that wait for a slow reader; beyond that they are thrown away and counted.</summary>
    [Range(4, 1_000_000)]
    public int EventBuffer { get; set; } = 1024;

    /// <summary>Seconds between signs of life on a quiet event stream.</summary>
    [Range(1, 3600)]
    public int HeartbeatSeconds { get; set; } = 15;

    /// <summary>Seconds after which a reader that takes nothing is cut off.</summary>
    [Range(1, 3600)]
    public int EventWriteSeconds { get; set; } = 30;
}
