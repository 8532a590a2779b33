using NodaTime;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Concurrency;

/// <summary>
/// A simulated kernel that can be held: then nothing wakes the engine, so that what callers do is all that happens, and a result depends on
/// nothing but the order of their calls.
/// </summary>
internal sealed class HeldKernel : IKernel
{
    private readonly SimulatedKernel _kernel = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<ClockBase, ClockTime> _alarms = [];
    private bool _held;
    private bool _interrupted;

    public string Name => "held";

    public ClockReadings Read() => _kernel.Read();

    public ClockTime Read(ClockBase clock) => _kernel.Read(clock);

    public bool Wait() => _kernel.Wait();

    public void Advance(Duration by) => _kernel.Advance(by);

    public void Settle() => _kernel.Settle();

    public void SetAlarm(ClockBase clock, ClockTime deadline)
    {
        lock (_gate)
        {
            if (_held)
            {
                _alarms[clock] = deadline;
                return;
            }
        }

        _kernel.SetAlarm(clock, deadline);
    }

    public void Interrupt()
    {
        lock (_gate)
        {
            _interrupted |= _held;
            if (_held)
            {
                return;
            }
        }

        _kernel.Interrupt();
    }

    /// <summary>From now on the engine sleeps, whatever becomes due.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            _held = true;
        }
    }

    /// <summary>The engine learns of everything that was kept from it.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _held = false;
            foreach (var (clock, deadline) in _alarms)
            {
                _kernel.SetAlarm(clock, deadline);
            }

            _alarms.Clear();
            if (_interrupted)
            {
                _kernel.Interrupt();
            }

            _interrupted = false;
        }
    }

    public void Dispose() => _kernel.Dispose();
}
