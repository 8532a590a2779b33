using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Engine;

/// <summary>Another kernel, whose calls are counted.</summary>
internal sealed class CountingKernel(IKernel inner) : IKernel
{
    private int _reads;
    private int _readsOnce;
    private int _readsOfOne;
    private int _alarms;
    private int _waits;
    private int _interrupts;

    public string Name => inner.Name;

    public (int Reads, int ReadsOnce, int ReadsOfOne, int Alarms, int Waits, int Interrupts) Calls => (
        Volatile.Read(ref _reads), Volatile.Read(ref _readsOnce), Volatile.Read(ref _readsOfOne),
        Volatile.Read(ref _alarms), Volatile.Read(ref _waits), Volatile.Read(ref _interrupts));

    public void Reset() => (_reads, _readsOnce, _readsOfOne, _alarms, _waits, _interrupts) = (0, 0, 0, 0, 0, 0);

    public ClockReadings Read()
    {
        Interlocked.Increment(ref _reads);
        return inner.Read();
    }

    public ClockReadings ReadOnce()
    {
        Interlocked.Increment(ref _readsOnce);
        return inner.ReadOnce();
    }

    public ClockTime Read(ClockBase clock)
    {
        Interlocked.Increment(ref _readsOfOne);
        return inner.Read(clock);
    }

    public void SetAlarm(ClockBase clock, ClockTime deadline)
    {
        Interlocked.Increment(ref _alarms);
        inner.SetAlarm(clock, deadline);
    }

    public bool Wait()
    {
        Interlocked.Increment(ref _waits);
        return inner.Wait();
    }

    public void Interrupt()
    {
        Interlocked.Increment(ref _interrupts);
        inner.Interrupt();
    }

    public void Dispose() => inner.Dispose();
}
