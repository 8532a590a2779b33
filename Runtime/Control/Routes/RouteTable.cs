using TimeNs.Control.Wire;

namespace TimeNs.Control.Routes;

/// <summary>Every call of the control interface. Endpoints, the OpenAPI document and the tests are made from it.</summary>
internal static class RouteTable
{
    public const string ImageType = "application/vnd.timens.image";
    public const string EventsType = "text/event-stream";
    public const string NamespaceParameter = "ns";
    public const string TimerParameter = "t";
    public const string TimersHeader = "Timens-Timers";
    public const string EphemeralTimersHeader = "Timens-Ephemeral-Timers";

    private const string Namespace = "/v1/namespaces/{ns}";
    private const string Timer = "/v1/namespaces/{ns}/timers/{t}";

    private static readonly QueryParameter[] Policy =
    [
        new("clocks", "The preset of what the clocks do with the time between: suspend unless said.", "suspend", "criu", "gvisor"),
        new("realtime", "What REALTIME does, over the preset.", "wall", "frozen"),
        new("monotonic", "What MONOTONIC does, over the preset.", "frozen", "elapsed"),
        new("boottime", "What BOOTTIME does, over the preset.", "frozen", "elapsed"),
        new("missed", "What becomes of periods that passed meanwhile: count unless said.", "count", "one", "skip"),
    ];

    private static readonly QueryParameter DryRun = new("dry_run", "true: change nothing, only tell what would fire at once.", "true", "false");

    public static readonly Route Service = new("service", "GET", "/v1", Role.Read, "The service: version, uptime and counts")
    {
        Response = ControlJson.Default.ServiceInfo,
    };

    public static readonly Route Clocks = new("clocks", "GET", "/v1/clocks", Role.Read, "What the host's clocks read")
    {
        Response = ControlJson.Default.Readings,
    };

    public static readonly Route OpenApi = new("openapi", "GET", "/v1/openapi.json", Role.Read, "This interface as an OpenAPI document")
    {
        ResponseType = "application/json",
    };

    public static readonly Route Events = new("events", "GET", "/v1/events", Role.Read, "Ticks and changes as they happen, as server-sent events")
    {
        ResponseType = EventsType,
        Query =
        [
            new("namespace", "Only what happens in this namespace."),
            new("timer", "Only this timer of the namespace, by id or name."),
            new("read", "true: the stream is a reader of the timers, as a subscriber is, and gets their ticks (needs the role admin). Else it shows what others read.", "true", "false"),
        ],
        Problems = [ProblemKind.NoSuchNamespace, ProblemKind.NoSuchTimer],
    };

    public static readonly Route Namespaces = new("namespaces", "GET", "/v1/namespaces", Role.Read, "The live namespaces, the host first")
    {
        Response = ControlJson.Default.NamespaceList,
    };

    public static readonly Route CreateNamespace = new("create-namespace", "POST", "/v1/namespaces", Role.Admin, "Create a namespace")
    {
        Status = 201,
        Request = ControlJson.Default.CreateNamespaceRequest,
        Response = ControlJson.Default.NamespaceInfo,
        Problems = [ProblemKind.Exists, ProblemKind.OutOfRange],
    };

    public static readonly Route ShowNamespace = new("namespace", "GET", Namespace, Role.Read, "One namespace")
    {
        Response = ControlJson.Default.NamespaceInfo,
        Problems = [ProblemKind.NoSuchNamespace],
    };

    public static readonly Route SetOffsets = new("set-offsets", "PATCH", Namespace, Role.Admin, "Set the offsets of a namespace, or see what that would fire")
    {
        Request = ControlJson.Default.SetOffsetsRequest,
        Response = ControlJson.Default.NamespaceChange,
        Query = [DryRun],
        Problems = [ProblemKind.NoSuchNamespace, ProblemKind.Refused, ProblemKind.OutOfRange],
    };

    public static readonly Route CloseNamespace = new("close-namespace", "DELETE", Namespace, Role.Admin, "Close a namespace and its timers")
    {
        Status = 204,
        Problems = [ProblemKind.NoSuchNamespace, ProblemKind.Refused],
    };

    public static readonly Route Freeze = new("freeze", "POST", Namespace + "/freeze", Role.Admin, "Stop the clocks of a namespace")
    {
        Response = ControlJson.Default.NamespaceInfo,
        Problems = [ProblemKind.NoSuchNamespace, ProblemKind.Frozen, ProblemKind.Refused],
    };

    public static readonly Route Thaw = new("thaw", "POST", Namespace + "/thaw", Role.Admin, "Set a frozen namespace going again, or see what that would fire")
    {
        Request = ControlJson.Default.ThawRequest,
        RequestIsOptional = true,
        Response = ControlJson.Default.NamespaceChange,
        Query = [DryRun],
        Problems = [ProblemKind.NoSuchNamespace, ProblemKind.Frozen, ProblemKind.Refused, ProblemKind.OutOfRange],
    };

    public static readonly Route Timers = new("timers", "GET", Namespace + "/timers", Role.Read, "The timers of a namespace by id, a page at a time")
    {
        Response = ControlJson.Default.TimerList,
        Query =
        [
            new("after", "Only timers with a larger id."),
            new("limit", "How many at most: 1 to 1000, 100 unless said."),
        ],
        Problems = [ProblemKind.NoSuchNamespace],
    };

    public static readonly Route CreateTimer = new("create-timer", "POST", Namespace + "/timers", Role.Admin, "Create a timer, and set it")
    {
        Status = 201,
        Request = ControlJson.Default.CreateTimerRequest,
        Response = ControlJson.Default.TimerInfo,
        Problems = [ProblemKind.NoSuchNamespace, ProblemKind.Exists],
    };

    public static readonly Route ShowTimer = new("timer", "GET", Timer, Role.Read, "One timer, by id or name")
    {
        Response = ControlJson.Default.TimerInfo,
        Problems = [ProblemKind.NoSuchNamespace, ProblemKind.NoSuchTimer],
    };

    public static readonly Route SetTimer = new("set-timer", "PUT", Timer, Role.Admin, "Set a timer (timerfd_settime), or see whether that would fire")
    {
        Request = ControlJson.Default.SettingRequest,
        Query = [new("dry_run", "true: change nothing, only tell whether it would fire at once.", "true", "false")],
        Response = ControlJson.Default.TimerSet,
        Problems = [ProblemKind.NoSuchNamespace, ProblemKind.NoSuchTimer],
    };

    public static readonly Route ReadTimer = new("read-timer", "POST", Timer + "/read", Role.Admin, "Read a timer without waiting")
    {
        Response = ControlJson.Default.TimerRead,
        Problems = [ProblemKind.NoSuchNamespace, ProblemKind.NoSuchTimer],
    };

    public static readonly Route CloseTimer = new("close-timer", "DELETE", Timer, Role.Admin, "Close a timer")
    {
        Status = 204,
        Problems = [ProblemKind.NoSuchNamespace, ProblemKind.NoSuchTimer],
    };

    public static readonly Route Checkpoint = new("checkpoint", "POST", Namespace + "/checkpoint", Role.Admin, "Write a namespace to an image; it goes on")
    {
        ResponseType = ImageType,
        Query = [new("absolute", "What to do about timers that are set to an absolute time: keep unless said.", "keep", "refuse", "relative")],
        Problems = [ProblemKind.NoSuchNamespace, ProblemKind.Refused, ProblemKind.OutOfRange],
    };

    public static readonly Route Restore = new("restore", "POST", "/v1/restore", Role.Admin, "A namespace from an image")
    {
        Status = 201,
        TakesImage = true,
        Response = ControlJson.Default.NamespaceChange,
        Query = [new("as", "Its name; the one in the image unless said."), .. Policy],
        Problems = [ProblemKind.Exists, ProblemKind.BadImage, ProblemKind.OutOfRange],
    };

    public static readonly Route Forecast = new("forecast", "POST", "/v1/forecast", Role.Read, "What a restore would fire, and when, if it happened now")
    {
        TakesImage = true,
        Response = ControlJson.Default.ForecastInfo,
        Query = [new("within", "How far to look ahead, a span of at least 0: 0 unless said."), .. Policy],
        Problems = [ProblemKind.BadImage, ProblemKind.OutOfRange],
    };

    public static readonly Route Health = new("health", "GET", "/healthz", Role.None, "Whether the service is alive")
    {
        Response = ControlJson.Default.HealthInfo,
    };

    public static readonly Route Ready = new("ready", "GET", "/readyz", Role.None, "Whether the service takes calls")
    {
        Response = ControlJson.Default.HealthInfo,
    };

    /// <summary>What is asked for under /v1 and is no call; in no document.</summary>
    public static readonly Route Unknown = new("unknown", "*", "/v1/{**rest}", Role.None, "Nothing");

    /// <summary>All of them, in the order of the documents.</summary>
    public static IReadOnlyList<Route> All { get; } =
    [
        Service, Clocks, Namespaces, CreateNamespace, ShowNamespace, SetOffsets, CloseNamespace, Freeze, Thaw,
        Timers, CreateTimer, ShowTimer, SetTimer, ReadTimer, CloseTimer,
        Checkpoint, Restore, Forecast, Events, OpenApi, Health, Ready,
    ];
}
