using System.Reflection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TimeNs.Clocks;
using TimeNs.Control.Access;
using TimeNs.Control.Events;
using TimeNs.Control.Limits;
using TimeNs.Control.Routes;
using TimeNs.Runtime;

namespace TimeNs.Control;

/// <summary>What the calls share: the runtime, who may do what, and who holds what. One a host application.</summary>
internal sealed class ControlService : IDisposable
{
    private readonly IDisposable? _reload;
    private readonly IDisposable[] _taps;
    private volatile TimeNsOptions _options;
    private volatile AccessPolicy _access;
    private volatile bool _ready;

    public ControlService(TimeRuntime runtime, IOptionsMonitor<TimeNsOptions> options, ILogger<ControlService> log)
    {
        Runtime = runtime;
        Log = log;
        _options = options.CurrentValue;
        _access = new AccessPolicy(_options.Access);
        Started = runtime.ReadClocks();
        Rate = new RequestRate(runtime.Host.TimeProvider);
        Lateness = new LatenessCount(runtime);
        _taps = [runtime.Tap(Events), runtime.Tap(Lateness)];
        _reload = options.OnChange(Reload);
    }

    public static string Version { get; } =
        typeof(ControlService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public TimeRuntime Runtime { get; }

    public ILogger Log { get; }

    /// <summary>The last ones that were good; they may be changed while the service runs.</summary>
    public TimeNsOptions Options => _options;

    public AccessPolicy Access => _access;

    /// <summary>The clocks of the host when the service was started.</summary>
    public ClockReadings Started { get; }

    public RequestRate Rate { get; }

    public Ledger Ledger { get; } = new();

    public EventHub Events { get; } = new();

    public LatenessCount Lateness { get; }

    public Slots Streams { get; } = new("event_streams_per_client", "event streams");

    public Slots Images { get; } = new("concurrent_images", "images being handled");

    public Slots Connections { get; } = new("connections_per_client", "connections");

    /// <summary>Asked for <c>/healthz</c>: whether something is wrong with a service that lives.</summary>
    public Func<bool> IsDegraded { get; set; } = static () => false;

    /// <summary>Asked for <c>/healthz</c> too: whether the engine's thread no longer comes round.</summary>
    public Func<bool> IsStuck { get; set; } = static () => false;

    /// <summary>The calls that there are: those of the table, and what the application adds before it starts.</summary>
    public IReadOnlyList<Route> Routes { get; private set; } = RouteTable.All;

    /// <summary>Adds a call to the document and to what an unknown path or method is told.</summary>
    public void Add(Route route) => Routes = [.. Routes, route];

    /// <summary>True from the start of the host application until it begins to stop.</summary>
    public bool IsReady
    {
        get => _ready;
        set => _ready = value;
    }

    public void Dispose()
    {
        _reload?.Dispose();
        Array.ForEach(_taps, static tap => tap.Dispose());
        Events.End();
    }

    private void Reload(TimeNsOptions options, string? name)
    {
        try
        {
            _access = new AccessPolicy(options.Access);
            _options = options;
        }
        catch (Exception refused) when (refused is ArgumentException or IOException or UnauthorizedAccessException)
        {
            ControlLog.OptionsRefused(Log, refused.Message);
        }
    }
}
