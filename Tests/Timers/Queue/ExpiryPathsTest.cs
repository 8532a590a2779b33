using CsCheck;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Tests.Timers.Queue;

/// <summary>The one pass of <see cref="NamespaceTable.ExpireAndCollect"/> does what expiring all and then reading all does.</summary>
[TestFixture]
public sealed class ExpiryPathsTest
{
    private static readonly ClockReadings s_start = new(new ClockTime(1_000_000), new ClockTime(500_000), new ClockTime(700_000));
    private static readonly ClockId[] s_clocks = [ClockId.Realtime, ClockId.Monotonic, ClockId.Boottime];

    private static readonly Gen<(int Ns, int Clock, int Value, int Interval, bool Watched)[]> s_timers =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[1, 60], Gen.Int[0, 25], Gen.Bool).Array[1, 12];

    [Test]
    public void OnePass_AnyTimersOfSeveralNamespaces_TellsTheSameInTheSameOrder() =>
        Gen.Select(s_timers, Gen.Int[1, 40].Array[1, 8], Gen.Int[1, 6]).Sample(static (timers, steps, most) =>
        {
            var (one, two) = (Filled(timers), Filled(timers));
            var host = s_start;
            foreach (var step in steps)
            {
                host = host.Plus(step);
                Assert.That(OnePass(one, host, int.MaxValue), Is.EqualTo(TwoPasses(two, host, int.MaxValue)));
                one.CheckInvariants();
            }

            host = host.Plus(100);
            var passes = Enumerable.Range(0, timers.Length + 1).Select(_ => OnePass(one, host, most)).ToArray();
            Assert.That(string.Concat(passes), Is.EqualTo(TwoPasses(two, host, int.MaxValue)), $"{most} at most");
        }, iter: 2_000);

    /// <summary>What is drained empties the first queue of two on one base.</summary>
    [Test]
    public void OnePass_TwoNamespacesDueAtOnce_ServesBoth()
    {
        var table = Filled([(0, 1, 5, 0, true), (1, 1, 6, 0, true)]);

        Assert.That(OnePass(table, s_start.Plus(10), int.MaxValue), Is.EqualTo("n0.1 1 due 500005; n1.1 1 due 500006; "));
    }

    private static NamespaceTable Filled((int Ns, int Clock, int Value, int Interval, bool Watched)[] timers)
    {
        var table = new NamespaceTable();
        var namespaces = Enumerable.Range(0, 4).Select(i => table.Create($"n{i}", ClockOffsets.None, s_start)).ToArray();
        foreach (var (ns, clock, value, interval, watched) in timers)
        {
            var timer = namespaces[ns].CreateTimer(s_clocks[clock], null, s_start);
            namespaces[ns].SetTime(timer, TimerSetting.After(Duration.FromNanoseconds(value), Duration.FromNanoseconds(interval)), s_start);
            namespaces[ns].Watch(timer, watched);
        }

        return table;
    }

    private static string OnePass(NamespaceTable table, in ClockReadings host, int most)
    {
        var batch = new DeliveryBatch();
        table.ExpireAndCollect(host, batch, most);
        return Text(batch);
    }

    private static string TwoPasses(NamespaceTable table, in ClockReadings host, int most)
    {
        var batch = new DeliveryBatch();
        table.ExpireDue(host, most);
        table.Collect(host, batch);
        return Text(batch);
    }

    private static string Text(DeliveryBatch batch) => string.Concat(batch.Items.ToArray().Select(static d =>
        $"{d.Timer.Namespace.Name}.{d.Timer.Id} {d.Tick.Expirations} due {d.Tick.Due.Nanoseconds}; "));
}
