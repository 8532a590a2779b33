using CsCheck;
using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>Checkpoint and restore of running namespaces, and the forecast of a restore.</summary>
internal sealed class RestoreTest : EngineTest
{
    private static readonly Gen<(ClockId Clock, int ValueMs, int IntervalMs, bool Absolute, bool CancelOnSet)> GenTimer =
        Gen.Select(Gen.Int[0, 4].Select(static i => ClockIds.All[i]), Gen.Int[1, 400], Gen.Int[0, 90], Gen.Bool, Gen.Bool);

    private static readonly Gen<RestorePolicy> GenPolicy = Gen.Select(
        Gen.Bool, Gen.Bool, Gen.Bool, Gen.Enum<MissedTicks>(),
        static (wall, monotonic, boottime, missed) => new RestorePolicy
        {
            Realtime = wall ? ClockPolicy.Wall : ClockPolicy.Frozen,
            Monotonic = monotonic ? ClockPolicy.Elapsed : ClockPolicy.Frozen,
            Boottime = boottime ? ClockPolicy.Elapsed : ClockPolicy.Frozen,
            Missed = missed,
        });

    [Test]
    public void Restore_TimersAreFoundByIdAndNameAndSubscribedAnew()
    {
        var named = NewTimer(name: "beat");
        named.Set(TimerSetting.Every(Ms(10)));
        var anonymous = Every(Ms(15));
        var old = Observe(named);
        Advance(Ms(25));
        var image = Ns.Checkpoint(stop: true);
        Comes(old.Ended);
        Advance(Ms(1000));
        var restored = Runtime.Restore(image);
        Assert.That(restored.FindTimer("beat")!.Id, Is.EqualTo(named.Id));
        var recorder = Observe(restored.FindTimer("beat")!);
        Advance(Ms(5));
        Assert.That((old.Values.Count, recorder.Values.Count), Is.EqualTo((2, 1)), "MONOTONIC has stood still");
        Assert.That(restored.FindTimer(anonymous.Id)!.Read().Expirations, Is.EqualTo(2));
        Assert.That(restored.CreateTimer(ClockId.Monotonic).Id, Is.EqualTo(3));
    }

    [Test]
    public void Restore_UnreadTicks_AreReadAtOnceByASubscriber()
    {
        var timer = Every(Ms(10));
        Advance(Ms(35));
        var restored = Runtime.Restore(Ns.Checkpoint(stop: true));
        var recorder = Observe(restored.FindTimer(timer.Id)!);
        Settle();
        Assert.That(recorder.Values.Select(static t => t.Expirations), Is.EqualTo(new[] { 3UL }));
    }

    [Test]
    public void INV5_RestoreAtTheSameInstant_ChangesNothing()
    {
        var random = new Random(3);
        foreach (var clock in ClockIds.All)
        {
            for (var i = 0; i < 4; i++)
            {
                NewTimer(clock).Set(TimerSetting.After(Ms(random.Next(1, 60)), Ms(random.Next(0, 2) * random.Next(1, 20))));
            }
        }

        Advance(Ms(30));
        var before = Ns.Timers.Select(static t => t.DescribeFd()).ToArray();
        var clocks = Ns.ReadClocks();
        var restored = Runtime.Restore(Ns.Checkpoint(stop: true));
        Assert.That(restored.ReadClocks(), Is.EqualTo(clocks));
        Assert.That(restored.Timers.OrderBy(static t => t.Id).Select(static t => t.DescribeFd()), Is.EqualTo(before));
    }

    [Test]
    public void Checkpoint_Faces_AreCountedNotWritten()
    {
        var provider = Ns.TimeProvider.CreateTimer(static _ => { }, null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        using var scheduled = Ns.Scheduler.Schedule(0, TimeSpan.FromHours(1), static (_, _) => System.Reactive.Disposables.Disposable.Empty);
        NewTimer();
        var image = Ns.Checkpoint();
        Assert.That((image.EphemeralTimers, image.Timers.Length), Is.EqualTo((2, 1)));
        provider.Dispose();
        Assert.That(Ns.Checkpoint().EphemeralTimers, Is.EqualTo(1));
    }

    [Test]
    public void Checkpoint_OverAndOverWhileTicksAreDelivered_LosesNone()
    {
        var timers = Enumerable.Range(1, 5).Select(i => Every(Ms(i))).ToArray();
        var sums = new ulong[6];
        foreach (var timer in timers)
        {
            Observe(timer, t => sums[timer.Id] += t.Expirations);
        }

        var ns = Ns;
        var done = Task.Run(() =>
        {
            for (var i = 0; i < 60; i++)
            {
                Kernel.Advance(Ms(10));
            }
        });
        while (!done.IsCompleted)
        {
            var image = ns.Checkpoint();
            Assert.That(image.Timers, Has.Length.EqualTo(5));
        }

        Ends(done);
        Assert.That(timers.Select(t => sums[t.Id]), Is.EqualTo(timers.Select(static t => 600UL / (ulong)t.Id)));
    }

    [Test]
    public void Forecast_OfRandomTimers_IsWhatTheRestoreThenDoes() => Gen.Select(
        GenTimer.Array[1, 8], Gen.Int[0, 300], Gen.Int[0, 500], GenPolicy, Gen.Bool).Sample(
        static (timers, before, down, policy, suspended) =>
        {
            using var kernel = new TimeNs.Runtime.Kernel.SimulatedKernel();
            using var runtime = TimeRuntime.Start(kernel);
            var ns = runtime.CreateNamespace("ns", Ahead);
            foreach (var (clock, value, interval, absolute, cancelOnSet) in timers)
            {
                ns.CreateTimer(clock).Set(absolute
                    ? TimerSetting.At(ns.Read(clock).Plus(value * 1_000_000L), Ms(interval), cancelOnSet)
                    : TimerSetting.After(Ms(value), Ms(interval)));
            }

            kernel.Advance(Ms(before));
            var image = ns.Checkpoint(stop: true);
            if (suspended)
            {
                kernel.Suspend(Ms(down));
            }
            else
            {
                kernel.Advance(Ms(down));
            }

            var forecast = runtime.Forecast(image, Ms(500), policy);
            var restored = runtime.Restore(image, policy);
            Assert.That((restored.Offsets, restored.ReadClocks()), Is.EqualTo((forecast.Offsets, forecast.Readings)));
            var start = kernel.Read().Monotonic;
            var fired = new List<(long Id, long In, ulong Expirations, bool Canceled, long Due)>();
            var subscribed = new Dictionary<long, IDisposable>();
            foreach (var timer in restored.Timers.OrderBy(t => Place(forecast, t.Id)))
            {
                subscribed[timer.Id] = timer.Ticks.Subscribe(t => fired.Add(
                    (timer.Id, kernel.Read().Monotonic.Since(start), t.Expirations, t.IsCanceled, t.Due.Nanoseconds)));
            }

            kernel.Advance(Ms(500));
            var first = fired.GroupBy(static f => f.Id).Select(static g => g.First()).OrderBy(static f => (f.In, f.Id)).ToList();
            var foretold = forecast.Fires.GroupBy(static f => f.TimerId).Select(static g => g.First())
                .Select(static f => (Id: f.TimerId, In: f.In.ToInt64Nanoseconds(), f.Expirations, Canceled: f.IsCanceled, Due: f.Deadline.Nanoseconds))
                .OrderBy(static f => (f.In, f.Id)).ToList();
            Assert.That(first, Is.EqualTo(foretold));
        },
        iter: 300, threads: 1);

    private static int Place(Forecast forecast, long id)
    {
        for (var i = 0; i < forecast.Fires.Count; i++)
        {
            if (forecast.Fires[i].TimerId == id)
            {
                return i;
            }
        }

        return int.MaxValue;
    }
}
