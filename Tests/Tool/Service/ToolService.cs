using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using TimeNs.Control;
using TimeNs.Control.Service;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Tool;

namespace TimeNs.Tests.Tool.Service;

/// <summary>
/// A service in this process on a socket of its own, over simulated clocks that begin at 2026-01-01T00:00:00Z and 1000 s, and the command
/// beside it.
/// </summary>
internal sealed class ToolService : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly WebApplication _application;
    private bool _stopped;

    public ToolService(Action<TimeNsOptions>? configure = null)
    {
        Socket = _folder.File("timens.sock");
        _application = ControlHost.Create(Socket, group: null, options => Configure(options, configure), builder => builder.Services.AddSingleton<IKernel>(Kernel));
        _application.StartAsync().GetAwaiter().GetResult();
        Surroundings = Around(Socket);
    }

    private static void Configure(TimeNsOptions options, Action<TimeNsOptions>? more)
    {
        options.HostName = "alpha"; // it is in images, so that their size is the same on every machine
        more?.Invoke(options);
    }

    public SimulatedKernel Kernel { get; } = new();

    public string Socket { get; }

    /// <summary>What the command finds around it: no terminal, nobody to ask.</summary>
    public Surroundings Surroundings { get; set; }

    public TimeRuntime Runtime => _application.Services.GetRequiredService<TimeRuntime>();

    public string File(string name) => _folder.File(name);

    public ToolRun Run(params string[] args) => ToolRun.In(Surroundings, args);

    /// <summary>For what a test only prepares.</summary>
    public void Do(params string[] args)
    {
        var run = Run(args);
        Assert.That(run.Code, Is.Zero, run.Error);
    }

    public void Advance(long milliseconds) => Kernel.Advance(Duration.FromMilliseconds(milliseconds));

    public void Stop()
    {
        if (!_stopped)
        {
            _stopped = true;
            _application.StopAsync().GetAwaiter().GetResult();
            ((IDisposable)_application).Dispose();
        }
    }

    public void Dispose()
    {
        Stop();
        _folder.Dispose();
    }

    /// <summary>No terminal, no environment, a default socket of the test's.</summary>
    public static Surroundings Around(string? socket) => new()
    {
        Variable = static _ => null,
        DefaultSocket = () => socket,
        CatchInterrupt = static () => Interrupt.Of(CancellationToken.None),
    };
}
