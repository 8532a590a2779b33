using System.Net;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Access;
using TimeNs.Control.Calls;
using TimeNs.Control.Problems;
using TimeNs.Control.Text;
using TimeNs.Control.Wire;
using TimeNs.Images;

namespace TimeNs.Control.Configuration;

/// <summary>Makes a <see cref="ServiceConfig"/> of the text of a file. All faults are told at once.</summary>
internal sealed class ConfigParser
{
    /// <summary>A moment at which every time that can be right is in range; only whether a text is a time matters here.</summary>
    private static readonly ClockReadings SomeTime = new(ClockTime.FromInstant(Instant.FromUtc(2026, 1, 1, 0, 0)), ClockTime.Zero, ClockTime.Zero);

    private readonly List<Fault> _faults = [];

    /// <exception cref="ConfigException">The file is not what it should be.</exception>
    public static ServiceConfig Parse(ReadOnlySpan<byte> utf8, string file)
    {
        var parser = new ConfigParser();
        var root = SourceNode.Read(utf8, parser._faults);
        var config = root is null ? new ServiceConfig() : parser.Service(root);
        return parser._faults.Count == 0 ? config : throw new ConfigException(file, [.. parser._faults.OrderBy(static f => f.Place.Line).ThenBy(static f => f.Place.Column)]);
    }

    private ServiceConfig Service(SourceNode root)
    {
        var members = new ConfigMembers(root, _faults);
        var config = new ServiceConfig
        {
            HostName = HostName(members),
            Prune = members.Flag("prune", absent: false),
            Namespaces = Unique(members.Items("namespaces").Select(Namespace).OfType<NamespaceConfig>(), static n => n.Name, static n => n.Place),
            Access = Access(members),
            Limits = Limits(members.Object("limits")),
            State = State(members.Object("state")),
            Http = Http(members.Object("http")),
            Metrics = Metrics(members.Object("metrics")),
        };
        members.CheckRest();
        return config;
    }

    private string? HostName(ConfigMembers members)
    {
        var name = members.Text("host_name");
        if (name is not null && ImageRules.HostNameFault(name) is { } fault)
        {
            Add(members.PlaceOf("host_name"), fault);
        }

        return name;
    }

    private NamespaceConfig? Namespace(SourceNode node)
    {
        var members = new ConfigMembers(node, _faults);
        var name = members.Need("name");
        if (string.Equals(name, "host", StringComparison.Ordinal))
        {
            Add(members.PlaceOf("name"), "'host' is the host itself: its clocks are not set here");
        }

        var known = name is not null && Check(members.PlaceOf("name"), () => PathNames.CheckNamespace(name, "name"));
        var offsets = members.Object("offsets");
        var made = new NamespaceConfig(name ?? "", members.PlaceOf("name"))
        {
            OffsetsPlace = members.PlaceOf("offsets"),
            Realtime = Offset(offsets, "realtime", ClockBase.Realtime),
            Monotonic = Offset(offsets, "monotonic", ClockBase.Monotonic),
            Boottime = Offset(offsets, "boottime", ClockBase.Boottime),
            Timers = Unique(members.Items("timers").Select(Timer).OfType<TimerConfig>(), static t => t.Name, static t => t.Place),
        };
        offsets.CheckRest();
        members.CheckRest();
        return known ? made : null;
    }

    private TimeText? Offset(ConfigMembers offsets, string name, ClockBase clock)
    {
        var text = offsets.Time(name);
        if (text is { } given)
        {
            Check(offsets.PlaceOf(name), () => TimeInput.Offset(given, clock, name, SomeTime));
        }

        return text;
    }

    private TimerConfig? Timer(SourceNode node)
    {
        var members = new ConfigMembers(node, _faults);
        var name = members.Need("name");
        var clock = ClockId.Realtime;
        var known = name is not null && Check(members.PlaceOf("name"), () => PathNames.CheckTimer(name, "name"));
        var word = members.Need("clock");
        known &= word is not null && Check(members.PlaceOf("clock"), () => clock = TimerClock.Parse(word, "clock"));
        var setting = members.Take("set") is null ? null : Setting(members.Object("set"), clock, isClockKnown: known);
        members.CheckRest();
        return known ? new TimerConfig(name!, clock, setting, members.PlaceOf("name")) : null;
    }

    private SettingRequest Setting(ConfigMembers members, ClockId clock, bool isClockKnown)
    {
        var faults = _faults.Count;
        var setting = new SettingRequest
        {
            Value = members.Time("value"),
            At = members.Time("at"),
            Interval = members.Time("interval"),
            Absolute = members.Flag("absolute", absent: false),
            CancelOnSet = members.Flag("cancel_on_set", absent: false),
        };
        if (isClockKnown && _faults.Count == faults)
        {
            Check(members, () => TimerCalls.SettingOf(setting, clock, ""));
        }

        members.CheckRest();
        return setting;
    }

    /// <summary>Users and groups are looked up here: a name that means nothing is a fault.</summary>
    private AccessOptions Access(ConfigMembers members)
    {
        var faults = _faults.Count;
        var access = members.Object("access");
        var options = new AccessOptions { TokenFile = access.Text("token_file") };
        access.Texts("admin_users", options.AdminUsers, NoUser);
        access.Texts("admin_groups", options.AdminGroups, NoGroup);
        access.Texts("read_users", options.ReadUsers, NoUser);
        access.Texts("read_groups", options.ReadGroups, NoGroup);
        access.Texts("hosts", options.Hosts);
        var (tcp, loopback) = (RoleIn(access, "tcp_role"), RoleIn(access, "loopback_role"));
        (options.TcpRole, options.LoopbackRole) = (tcp ?? Role.None, loopback ?? Role.None);
        options.SaysTcp = tcp is not null || loopback is not null || options.TokenFile is not null;
        access.CheckRest();
        if (_faults.Count == faults)
        {
            Check(access.PlaceOf("token_file"), () => _ = new AccessPolicy(options));
        }

        return options;
    }

    /// <summary>Null where nothing is said, which is not <c>none</c>.</summary>
    private Role? RoleIn(ConfigMembers access, string name)
    {
        switch (access.Text(name))
        {
            case null:
                return null;
            case "none":
                return Role.None;
            case "read":
                return Role.Read;
            case "admin":
                return Role.Admin;
            default:
                Add(access.PlaceOf(name), "it is none of none, read, admin");
                return Role.None;
        }
    }

    private static string? NoUser(string name) => Accounts.FindUser(name) is null ? $"there is no user '{TimeInput.Shown(name)}'" : null;

    private static string? NoGroup(string name) => Accounts.FindGroup(name) is null ? $"there is no group '{TimeInput.Shown(name)}'" : null;

    private static LimitOptions Limits(ConfigMembers members)
    {
        var limits = new LimitOptions();
        foreach (var (name, least, most, set) in LimitNames.All)
        {
            members.Number(name, least, most, value => set(limits, value));
        }

        members.CheckRest();
        return limits;
    }

    private StateConfig State(ConfigMembers members)
    {
        var directory = members.Text("directory");
        if (directory is not null && !Path.IsPathRooted(directory))
        {
            Add(members.PlaceOf("directory"), "the path must be absolute");
        }

        var interval = members.Span("interval", Duration.FromSeconds(1), Duration.FromDays(1), Duration.FromSeconds(60));
        var policy = members.Object("restore");
        var words = new ThawRequest
        {
            Clocks = policy.Text("clocks"),
            Realtime = policy.Text("realtime"),
            Monotonic = policy.Text("monotonic"),
            Boottime = policy.Text("boottime"),
            Missed = policy.Text("missed"),
        };
        policy.CheckRest();
        members.CheckRest();
        var restore = RestorePolicy.Suspend;
        Check(policy, () => restore = Policies.Read(words));
        return new StateConfig { Directory = directory, Interval = interval, Restore = restore };
    }

    private HttpConfig Http(ConfigMembers members)
    {
        var text = members.Text("listen");
        var listen = text is null ? null : HttpAddress.Find(text);
        if (text is not null && listen is null)
        {
            Add(members.PlaceOf("listen"), HttpAddress.Wanted);
        }
        else if (listen is not null && !IPAddress.IsLoopback(listen.Address))
        {
            Add(members.PlaceOf("listen"), "this is no loopback address; to listen where other machines can reach it, say so on the command line (--http-any)");
        }

        var http = new HttpConfig { Listen = listen, Page = members.Flag("page", absent: true) };
        members.CheckRest();
        return http;
    }

    private MetricsConfig Metrics(ConfigMembers members)
    {
        var otlp = members.Object("otlp");
        var text = otlp.Text("endpoint");
        if (!Uri.TryCreate(text ?? "http://localhost:4318", UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            Add(otlp.PlaceOf("endpoint"), "an http or https address is wanted, such as \"http://localhost:4318\"");
        }

        var metrics = new MetricsConfig
        {
            Prometheus = members.Flag("prometheus", absent: false),
            NamespaceLabels = members.Flag("namespace_labels", absent: false),
            OtlpEndpoint = text is null ? null : endpoint,
            OtlpInterval = otlp.Span("interval", Duration.FromSeconds(1), Duration.FromHours(1), Duration.FromSeconds(60)),
            OtlpTraces = otlp.Flag("traces", absent: true),
        };
        otlp.CheckRest();
        members.CheckRest();
        return metrics;
    }

    private List<T> Unique<T>(IEnumerable<T> items, Func<T, string> name, Func<T, Place> place)
    {
        var (kept, names) = (new List<T>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var item in items)
        {
            if (names.Add(name(item)))
            {
                kept.Add(item);
            }
            else
            {
                Add(place(item), $"the name '{name(item)}' is taken by another one above");
            }
        }

        return kept;
    }

    private void Add(Place place, string reason) => _faults.Add(new Fault(place, reason));

    private bool Check(Place place, Action check) => Check(_ => place, check);

    /// <summary>A refusal that names a member is told at that member.</summary>
    private void Check(ConfigMembers members, Action check) => Check(parameter => members.PlaceOf(parameter ?? ""), check);

    private bool Check(Func<string?, Place> place, Action check)
    {
        try
        {
            check();
            return true;
        }
        catch (Exception refused) when (refused is ArgumentException or ControlException or IOException or UnauthorizedAccessException)
        {
            var problem = ProblemMapper.Of(refused is IOException or UnauthorizedAccessException ? new ArgumentException(refused.Message) : refused, isStopping: false);
            Add(place(problem.Parameter), problem.Detail!.TrimEnd('.'));
            return false;
        }
    }
}
