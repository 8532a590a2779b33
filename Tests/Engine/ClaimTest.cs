using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>Deliveries are claimed without a lock: no change of time may slip in between, however the threads fall.</summary>
/// <remarks>
/// A claim that does not look at the flag fails here. A missing barrier does not: on x64 it shows only while a store waits in the
/// processor. That half rests on the argument in <c>TimerEngine.Delivery.cs</c>.
/// </remarks>
internal sealed class ClaimTest : EngineTest
{
    private const int Timers = 300;
    private const int Changes = 400;
    private const long StepNs = 3_600_000_000_000;

    [Test]
    public void SetOffsets_WhileBatchesAreDelivered_NoTickOfAnOldOffsetFollows()
    {
        var start = Ns.Read(ClockId.Monotonic);
        long floor = 0;
        long stop = 0;
        long late = 0;
        long told = 0;
        for (var i = 0; i < Timers; i++)
        {
            var timer = NewTimer();
            Observe(timer, new Quiet(tick =>
            {
                told++;
                late += tick.At.Since(start) < Volatile.Read(ref floor) ? 1 : 0;
                if (Volatile.Read(ref stop) == 0)
                {
                    timer.SetTicks(1); // the engine is never idle
                }
            }));
            timer.SetTicks(1);
        }

        Ends(Task.Run(() =>
        {
            for (var i = 1; i <= Changes; i++)
            {
                Ns.SetOffsets(Ahead with { MonotonicNs = Ahead.MonotonicNs + (i * StepNs) });
                Volatile.Write(ref floor, i * StepNs);
            }
        }));
        Volatile.Write(ref stop, 1);
        Settle();
        Assert.That(late, Is.Zero, "INV-7");
        Assert.That(told, Is.GreaterThan(Timers));
    }

    [Test]
    public void SetOffsets_WhileABigBatchIsDelivered_EachExpirationIsToldOnce()
    {
        // Taking back what is left of a big batch takes longer than a delivery: an engine that went on meanwhile would tell of ticks that
        // are unread again, and be told of them once more.
        const int Big = 1000;
        const int Rounds = 500;
        var told = new long[Big];
        long stop = 0;
        for (var i = 0; i < Big; i++)
        {
            var number = i;
            Observe(Every(Ms(1000)), new Quiet(tick =>
            {
                told[number] += (long)tick.Expirations;
                Thread.SpinWait(5); // long enough for the other thread to come in between
            }));
        }

        // REALTIME alone: it makes no timer due, so that the count is known.
        var changes = Task.Run(() =>
        {
            for (var i = 1; Volatile.Read(ref stop) == 0; i++)
            {
                Ns.SetOffsets(Ahead with { RealtimeNs = Ahead.RealtimeNs + i });
            }
        });
        Advance(Ms(1000 * Rounds));
        Volatile.Write(ref stop, 1);
        Ends(changes);
        Settle();
        Assert.That(told, Has.All.EqualTo(Rounds), "INV-3");
    }

    [Test]
    public void FreezeAndThaw_WhileBatchesAreDelivered_NothingIsToldWhileItStandsAndNothingIsLost()
    {
        long frozen = 0;
        long early = 0;
        var timers = new NamespaceTimer[Timers];
        var told = new long[Timers];
        for (var i = 0; i < Timers; i++)
        {
            var number = i;
            timers[i] = Every(Ms(1));
            Observe(timers[i], new Quiet(tick =>
            {
                told[number] += (long)tick.Expirations;
                early += Volatile.Read(ref frozen);
            }));
        }

        var advance = Task.Run(() =>
        {
            for (var i = 0; i < Changes; i++)
            {
                Kernel.Advance(Ms(1));
            }
        });
        Ends(Task.Run(() =>
        {
            for (var i = 0; i < Changes; i++)
            {
                Ns.Freeze();
                Volatile.Write(ref frozen, 1);
                Thread.Yield();
                Volatile.Write(ref frozen, 0);
                Ns.Thaw();
            }
        }));
        Ends(advance);
        Settle();
        Assert.That(early, Is.Zero, "a frozen namespace tells nothing");
        var start = timers[0].Get();
        for (var i = 0; i < Timers; i++)
        {
            timers[i].TryRead(out Tick rest);
            told[i] += (long)rest.Expirations;
        }

        Assert.That(told, Has.All.EqualTo(told[0]), "INV-3: timers that were armed together have the same count");
        Assert.That(start.ValueNs, Is.Positive);
    }

    private static void Observe(NamespaceTimer timer, Quiet observer) => timer.Ticks.Subscribe(observer);

    private sealed class Quiet(Action<Tick> onNext) : IObserver<Tick>
    {
        public void OnNext(Tick value) => onNext(value);

        public void OnCompleted()
        {
            // Of no interest here.
        }

        public void OnError(Exception error)
        {
            // As above.
        }
    }
}
