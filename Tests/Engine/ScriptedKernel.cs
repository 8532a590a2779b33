using System.Collections.Concurrent;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Engine;

/// <summary>A kernel that does what a test says, step by step: each Wait is answered by the test, and any call can fail.</summary>
internal sealed class ScriptedKernel : IKernel
{
    private readonly object _gate = new();
    private readonly Queue<Func<bool>> _answers = new();
    private readonly ClockTime[] _alarms = [ClockTime.Never, ClockTime.Never, ClockTime.Never];
    private ClockReadings _now = new SimulatedKernel().Read();
    private int _waiting;

    public string Name => "scripted";

    /// <summary>Called in every reading of one clock, before the clock is read.</summary>
    public Action? OnReadOne { get; set; }

    public Exception? SetAlarmThrows { get; set; }

    public Exception? DisposeThrows { get; set; }

    public bool IsDisposed { get; private set; }

    public ConcurrentQueue<(ClockBase Clock, ClockTime Deadline)> AlarmsSet { get; } = new();

    public ClockReadings Now
    {
        get => Read();
        set
        {
            lock (_gate)
            {
                _now = value;
            }
        }
    }

    public ClockReadings Read()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public ClockTime Read(ClockBase clock)
    {
        OnReadOne?.Invoke();
        return Read()[clock];
    }

    public ClockTime Alarm(ClockBase clock)
    {
        lock (_gate)
        {
            return _alarms[(int)clock];
        }
    }

    public void SetAlarm(ClockBase clock, ClockTime deadline)
    {
        if (SetAlarmThrows is { } thrown)
        {
            throw thrown;
        }

        lock (_gate)
        {
            _alarms[(int)clock] = deadline;
            AlarmsSet.Enqueue((clock, deadline));
        }
    }

    public bool Wait()
    {
        Func<bool> answer;
        lock (_gate)
        {
            _waiting++;
            Monitor.PulseAll(_gate);
            while (_answers.Count == 0)
            {
                Monitor.Wait(_gate);
            }

            _waiting--;
            answer = _answers.Dequeue();
        }

        return answer();
    }

    public void Interrupt() => Answer(() => false);

    /// <summary>What the present or a coming Wait does.</summary>
    public void Answer(Func<bool> answer)
    {
        lock (_gate)
        {
            _answers.Enqueue(answer);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The kernel reports an alarm and clears it, as every kernel does.</summary>
    public void Fire(ClockBase clock, bool clockSet = false) => Answer(() =>
    {
        lock (_gate)
        {
            _alarms[(int)clock] = ClockTime.Never;
        }

        return clockSet;
    });

    /// <summary>Returns when the engine has used up every answer and waits again.</summary>
    public bool IsIdleWithin(TimeSpan patience)
    {
        lock (_gate)
        {
            while (_waiting == 0 || _answers.Count != 0)
            {
                if (!Monitor.Wait(_gate, patience))
                {
                    return false;
                }
            }

            return true;
        }
    }

    public void Dispose()
    {
        IsDisposed = true;
        if (DisposeThrows is { } thrown)
        {
            throw thrown;
        }
    }
}
