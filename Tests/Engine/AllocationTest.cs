using System.Diagnostics.Metrics;
using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>Nothing is allocated for a tick on the engine's thread, nor for a call on a timer by its caller.</summary>
internal sealed class AllocationTest : EngineTest
{
    private const int Timers = 50;

#if DEBUG
    [SetUp]
    public void SkipWithoutOptimisation() => Assert.Ignore("a Debug build checks invariants and is not optimised, and allocates for it: run this in Release");
#endif

    [Test]
    public void Delivery_OfPeriodicTimers_AllocatesNothingOnTheEngineThread([Values] bool together)
    {
        // The first round lets every list grow to its size.
        var meter = new Meter(first: 20 * Timers, last: 60 * Timers);
        for (var i = 0; i < Timers; i++)
        {
            var timer = NewTimer();
            timer.Ticks.Subscribe(meter);
            timer.Set(TimerSetting.At(Ns.Read(ClockId.Monotonic).Plus(1_000_000 + (together ? 0 : i)), Ms(1), cancelOnSet: false));
        }

        Advance(Ms(100));
        Assert.That(meter.Ticks, Is.GreaterThan(60 * Timers));
        Assert.That(meter.Allocated, Is.Zero);
    }

    [Test]
    public void Delivery_ThatIsMeasured_AllocatesNothingOnTheEngineThread([Values] bool namespaceLabels)
    {
        using var measured = new RuntimeMeter(Runtime, factory: null, namespaceLabels);
        using var listener = new MeterListener { InstrumentPublished = static (instrument, l) => l.EnableMeasurementEvents(instrument) };
        var told = 0L;
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => told++);
        listener.Start();
        Delivery_OfPeriodicTimers_AllocatesNothingOnTheEngineThread(together: true);
        Assert.That(told, Is.GreaterThan(60 * Timers));
    }

    [Test]
    public void Delivery_ThatReArmsItsOwnTimer_AllocatesNothingOnTheEngineThread()
    {
        var timers = new NamespaceTimer[Timers];
        var again = TimerSetting.After(Ms(1));
        var meter = new Meter(first: 20 * Timers, last: 60 * Timers);
        for (var i = 0; i < Timers; i++)
        {
            var own = timers[i] = NewTimer();
            own.Ticks.Subscribe(new Meter(long.MaxValue, long.MaxValue) { Then = meter, Rearm = own, Setting = again });
            own.Set(again);
        }

        Advance(Ms(100));
        Assert.That(meter.Ticks, Is.GreaterThan(60 * Timers));
        Assert.That(meter.Allocated, Is.Zero);
    }

    [Test]
    public void SetGetReadAndCancel_OfALiveTimer_AllocateNothing([Values] ClockId clock)
    {
        var timer = NewTimer(clock);
        Every(Ms(1));
        var far = TimerSetting.After(Duration.FromSeconds(100));
        var near = TimerSetting.After(Duration.FromSeconds(30));
        var absolute = TimerSetting.At(ClockTime.Zero.Plus(long.MaxValue / 4), Ms(1), cancelOnSet: false);
        var before = 0L;
        for (var i = 0; i < 200; i++)
        {
            before = i == 100 ? GC.GetAllocatedBytesForCurrentThread() : before;
            timer.Set(far);
            timer.Set(near);
            timer.Set(absolute);
            timer.Get();
            timer.TryRead(out Tick _);
            timer.Set(TimerSetting.Disarmed);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void ClockReads_OfANamespace_AllocateNothing()
    {
        var before = 0L;
        for (var i = 0; i < 200; i++)
        {
            before = i == 100 ? GC.GetAllocatedBytesForCurrentThread() : before;
            Ns.Read(ClockId.Realtime);
            Ns.ReadClocks();
            Ns.TimeProvider.GetTimestamp();
            Ns.TimeProvider.GetUtcNow();
            Ns.Clock.GetCurrentInstant();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    /// <summary>Counts ticks, and what its thread has allocated from one of them to another.</summary>
    private sealed class Meter(long first, long last) : IObserver<Tick>
    {
        private long _before;

        public long Ticks { get; private set; }

        public long? Allocated { get; private set; }

        public Meter? Then { get; init; }

        public NamespaceTimer? Rearm { get; init; }

        public TimerSetting Setting { get; init; }

        public void OnNext(Tick value)
        {
            Then?.OnNext(value);
            Rearm?.Set(Setting);
            if (++Ticks == first)
            {
                _before = GC.GetAllocatedBytesForCurrentThread();
            }
            else if (Ticks == last)
            {
                Allocated = GC.GetAllocatedBytesForCurrentThread() - _before;
            }
        }

        public void OnCompleted()
        {
            // It counts ticks.
        }

        public void OnError(Exception error)
        {
            // As above.
        }
    }
}
