using System.Runtime.InteropServices;
using TimeNs.Bench.Native;

namespace TimeNs.Bench.Load;

/// <summary>libev's timers, a 4-ary heap of pointers in C, called without a change of mode. Its present time is that of the loop's start.</summary>
internal sealed unsafe class LibevTimers : ChangeLoad
{
    private readonly nint _loop = Libev.NewLoop();
    private readonly Libev.TimerWatcher* _timers;
    private readonly double _start;

    public LibevTimers(int timers)
        : base(timers)
    {
        _timers = (Libev.TimerWatcher*)NativeMemory.AllocZeroed((nuint)timers, (nuint)sizeof(Libev.TimerWatcher));
        for (var i = 0; i < timers; i++)
        {
            _timers[i].Callback = &OnTimer;
        }

        Set(0, Push);
        _start = _timers[0].At - DelayMs[Push] / 1e3;
        Cancel(0);
    }

    public override void Set(int timer, int delay)
    {
        _timers[timer].Repeat = DelayMs[delay] / 1e3;
        Libev.Again(_loop, _timers + timer);
    }

    public override void Cancel(int timer) => Libev.Stop(_loop, _timers + timer);

    public override void VerifyArmed(int expected)
    {
        var armed = 0;
        for (var i = 0; i < Timers; i++)
        {
            armed += _timers[i].Active != 0 ? 1 : 0;
        }

        Check.Equal(expected, armed, "active watchers");
    }

    public override double? LeftMs(int timer) => (_timers[timer].At - _start) * 1e3;

    public override void Dispose()
    {
        Libev.DestroyLoop(_loop);
        NativeMemory.Free(_timers);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static void OnTimer(nint loop, Libev.TimerWatcher* timer, int events)
    {
        // The loop is not run.
    }
}
