using System.Runtime.InteropServices;
using TimeNs.Control;
using TimeNs.Runtime;

namespace TimeNs.Tool;

/// <summary>What a command finds around it besides its arguments and its two text streams; tests put their own in place.</summary>
internal sealed record Surroundings
{
    /// <summary>A variable of the environment, or null.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Where the socket of the service is unless said; null when there is no such place.</summary>
    public required Func<string?> DefaultSocket { get; init; }

    /// <summary>Columns of the terminal that the output goes to; null when it goes elsewhere, and nothing is to be left out.</summary>
    public int? Width { get; init; }

    /// <summary>Lines of that terminal.</summary>
    public int Height { get; init; } = 24;

    /// <summary>The error stream is a terminal, which can show progress.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Asks a person at a terminal for a line; null when there is nobody to ask.</summary>
    public Func<string?>? Ask { get; init; }

    /// <summary>The next key that was pressed, if any.</summary>
    public Func<char?> Key { get; init; } = static () => null;

    /// <summary>The input and the output as bytes.</summary>
    public Func<Stream> Input { get; init; } = Console.OpenStandardInput;

    /// <inheritdoc cref="Input"/>
    public Func<Stream> Output { get; init; } = Console.OpenStandardOutput;

    /// <summary>The clocks that a command waits on.</summary>
    public Func<TimeRuntime> StartClocks { get; init; } = static () => TimeRuntime.Start();

    /// <summary>Catches Ctrl-C and SIGTERM until it is disposed of.</summary>
    public Func<Interrupt> CatchInterrupt { get; init; } = Interrupt.OfProcess;

    /// <summary>The process as it was started.</summary>
    public static Surroundings OfProcess() => new()
    {
        DefaultSocket = static () => TimeNsSocket.DefaultPath,
        Width = Console.IsOutputRedirected ? null : Size(static () => Console.WindowWidth),
        Height = Console.IsOutputRedirected ? 24 : Size(static () => Console.WindowHeight) ?? 24,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Ask = Console.IsInputRedirected ? null : Console.ReadLine,
        Key = static () => !Console.IsInputRedirected && Console.KeyAvailable ? Console.ReadKey(intercept: true).KeyChar : null,
    };

    /// <summary>Null where the terminal does not say.</summary>
    private static int? Size(Func<int> ask)
    {
        try
        {
            return ask() is > 0 and var size ? size : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}

/// <summary>The wish of a person, or of the machine, that a command ends. The second one ends it the hard way.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly IDisposable[] _signals;

    private Interrupt(CancellationTokenSource source, params IDisposable[] signals) => (_source, _signals) = (source, signals);

    public CancellationToken Token => _source.Token;

    public static Interrupt OfProcess()
    {
        var source = new CancellationTokenSource();
        void Handle(PosixSignalContext context)
        {
            context.Cancel = !source.IsCancellationRequested;
            source.Cancel();
        }

        return new Interrupt(source, PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle));
    }

    /// <summary>That comes when the source is cancelled.</summary>
    public static Interrupt Of(CancellationToken token) => new(CancellationTokenSource.CreateLinkedTokenSource(token));

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _source.Dispose();
    }
}
