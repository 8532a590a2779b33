using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Bench.Load;

/// <summary>
/// A kernel whose clocks move by a fixed step whenever the engine waits, until they have moved as far as they were told: so that a
/// wake-up finds as many due timers as on a machine that is busy for one step at a time.
/// </summary>
/// <param name="stepNs">How far the clocks move at once.</param>
internal sealed class StepKernel(long stepNs) : IKernel
{
    private const long StartNs = 1_000_000_000_000;
    private const long WallOffsetNs = 1_767_225_600_000_000_000;

    private readonly object _gate = new();
    private readonly long[] _alarms = [long.MaxValue, long.MaxValue, long.MaxValue];
    private long _elapsedNs;
    private long _targetNs;
    private bool _interrupted;
    private bool _idle;
    private bool _disposed;

    public string Name => "steps";

    public ClockReadings Read()
    {
        var uptime = new ClockTime(StartNs + Volatile.Read(ref _elapsedNs));
        return new ClockReadings(uptime.Plus(WallOffsetNs), uptime, uptime);
    }

    public ClockTime Read(ClockBase clock) => Read()[clock];

    public void SetAlarm(ClockBase clock, ClockTime deadline)
    {
        lock (_gate)
        {
            _alarms[(int)clock] = deadline.Nanoseconds;
            Monitor.PulseAll(_gate);
        }
    }

    public bool Wait()
    {
        lock (_gate)
        {
            while (!_disposed && !_interrupted && !TakeAlarms())
            {
                if (_elapsedNs < _targetNs)
                {
                    _elapsedNs += Math.Min(stepNs, _targetNs - _elapsedNs);
                    continue;
                }

                _idle = true;
                Monitor.PulseAll(_gate);
                Monitor.Wait(_gate);
                _idle = false;
            }

            _interrupted = false;
            return false;
        }
    }

    public void Interrupt()
    {
        lock (_gate)
        {
            _interrupted = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Moves the clocks, step by step, and returns when the engine has served all of it.</summary>
    public void Advance(long nanoseconds)
    {
        lock (_gate)
        {
            _targetNs += nanoseconds;
            Monitor.PulseAll(_gate);
            while (!_disposed && !(_idle && _elapsedNs == _targetNs && !_interrupted && !IsAlarmDue()))
            {
                Monitor.Wait(_gate);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private bool IsAlarmDue()
    {
        var now = Read();
        return _alarms[0] <= now.Realtime.Nanoseconds || Math.Min(_alarms[1], _alarms[2]) <= now.Monotonic.Nanoseconds;
    }

    /// <summary>True when an alarm was due; all of them are cleared then.</summary>
    private bool TakeAlarms()
    {
        if (!IsAlarmDue())
        {
            return false;
        }

        var now = Read();
        for (var clock = ClockBase.Realtime; clock <= ClockBase.Boottime; clock++)
        {
            if (_alarms[(int)clock] <= now[clock].Nanoseconds)
            {
                _alarms[(int)clock] = long.MaxValue;
            }
        }

        return true;
    }
}
