using TimeNs.Bench.Load;
using TimeNs.Bench.Native;

namespace TimeNs.Bench.RealTime;

/// <summary>What a C program would do: a timerfd a timer, one thread that waits with epoll and reads each that is ready.</summary>
internal sealed class TimerfdLoop : IDisposable
{
    private const int Batch = 64;

    private readonly int _epoll = LinuxCalls.CreateEpoll();
    private readonly int[] _fds;
    private readonly Action<int, ulong> _fired;
    private readonly Thread _thread;
    private volatile bool _ends;

    /// <summary>Periodic timers for a measurement of lateness.</summary>
    public TimerfdLoop(LatenessPlan plan, long startNs, LatenessTimer[] timers, int priority)
        : this(plan.Timers, (i, ticks) => timers[i].Fired(ticks), priority)
    {
        for (var i = 0; i < plan.Timers; i++)
        {
            timers[i].Begin(startNs + plan.PhasesNs[i]);
            Set(i, startNs + plan.PhasesNs[i], plan.IntervalNs);
        }
    }

    /// <summary>Timers that are not armed yet, and who is told of the expirations of each.</summary>
    public TimerfdLoop(int timers, Action<int, ulong> fired, int priority)
    {
        Check.Equal(timers, KernelTimers.Limit(timers), "timers that the limit of open files allows");
        _fired = fired;
        _fds = [.. Enumerable.Range(0, timers).Select(static _ => LinuxCalls.CreateTimer())];
        for (var i = 0; i < timers; i++)
        {
            LinuxCalls.Add(_epoll, _fds[i], i);
        }

        _thread = new Thread(() => Run(priority)) { IsBackground = true, Name = "timerfd a timer" };
        _thread.Start();
    }

    /// <summary>Arms a timer at a point on the machine's monotonic clock.</summary>
    public void Set(int timer, long deadlineNs, long intervalNs) => LinuxCalls.SetTimer(_fds[timer], LinuxCalls.Abstime, deadlineNs, intervalNs);

    public void Dispose()
    {
        _ends = true;
        _thread.Join();
        Array.ForEach(_fds, static fd => _ = LinuxCalls.Close(fd));
        _ = LinuxCalls.Close(_epoll);
    }

    private void Run(int priority)
    {
        if (priority != 0)
        {
            LinuxCalls.TrySetRealtime(priority);
        }

        Span<int> ready = stackalloc int[Batch];
        while (!_ends)
        {
            var count = LinuxCalls.Wait(_epoll, ready);
            foreach (var timer in ready[..count])
            {
                if (LinuxCalls.TakeTicks(_fds[timer]) is > 0 and var ticks)
                {
                    _fired(timer, ticks);
                }
            }
        }
    }
}
