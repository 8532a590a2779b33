using TimeNs.Runtime.Kernel;
using TimeNs.Tool;

namespace TimeNs.Tests.Tool.Service;

/// <summary>A verb that runs until it is told to end, on a thread of its own, and its streams as they grow.</summary>
internal sealed class LiveRun : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _interrupt = new();
    private readonly Stream _output = new();
    private readonly Stream _error = new();
    private readonly Task<int> _code;

    public LiveRun(Surroundings surroundings, params string[] args)
    {
        surroundings = surroundings with { CatchInterrupt = () => TimeNs.Tool.Interrupt.Of(_interrupt.Token), ErrorIsTerminal = true };
        _code = Task.Factory.StartNew(() => TimeNs.Tool.CommandLine.Run(args, _output, _error, surroundings), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The verb ends its clocks when it ends, which may be now.</summary>
    public static void Advance(SimulatedKernel kernel, int seconds)
    {
        try
        {
            kernel.Advance(NodaTime.Duration.FromSeconds(seconds));
        }
        catch (ObjectDisposedException)
        {
        }
    }

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    /// <summary>As Ctrl-C.</summary>
    public void Interrupt() => _interrupt.Cancel();

    /// <summary>Returns when the output has this text.</summary>
    public void OutputHas(string text) => _output.Await(text, s_patience, () => Error);

    /// <summary>Returns when the error stream has this text.</summary>
    public void ErrorHas(string text) => _error.Await(text, s_patience, () => Output);

    public bool HasEnded => _code.IsCompleted;

    /// <summary>The exit code, when it has ended.</summary>
    public int Code
    {
        get
        {
            Assert.That(_code.Wait(s_patience), Is.True, $"has not ended; said: {Output}{Error}");
            return _code.Result;
        }
    }

    public void Dispose()
    {
        _interrupt.Cancel();
        _ = Code;
        _interrupt.Dispose();
        _code.Dispose();
    }

    private sealed class Stream : StringWriter
    {
        private readonly object _gate = new();

        public override void Write(char value)
        {
            lock (_gate)
            {
                base.Write(value);
                Monitor.PulseAll(_gate);
            }
        }

        public override void Write(char[] buffer, int index, int count)
        {
            lock (_gate)
            {
                base.Write(buffer, index, count);
                Monitor.PulseAll(_gate);
            }
        }

        public override void Write(string? value)
        {
            lock (_gate)
            {
                base.Write(value);
                Monitor.PulseAll(_gate);
            }
        }

        public override void WriteLine(string? value) => Write(value + "\n");

        public override string ToString()
        {
            lock (_gate)
            {
                return base.ToString();
            }
        }

        public void Await(string text, TimeSpan patience, Func<string> other)
        {
            lock (_gate)
            {
                while (!base.ToString().Contains(text, StringComparison.Ordinal))
                {
                    Assert.That(Monitor.Wait(_gate, patience), Is.True, $"'{text}' did not come; there is: {base.ToString()}; {other()}");
                }
            }
        }
    }
}
