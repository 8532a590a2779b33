using CsCheck;
using TimeNs.Timers;

namespace TimeNs.Tests.Timers.Queue;

/// <summary>The queue against a sorted set, through every size and shape that it has a way of its own for.</summary>
[TestFixture]
public sealed class TimerQueueTest
{
    private const long Second = 1_000_000_000;

    /// <summary>What one step does, how often, and from where its deadlines come.</summary>
    private static readonly Gen<(int Verb, int Times, int Shape, int Seed)[]> Steps =
        Gen.Select(Gen.Int[0, 7], Gen.OneOf(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 3000]), Gen.Int[0, 7], Gen.Int).Array[1, 24];

    [Test]
    public void Queue_RandomOperations_AgreesWithASortedSet() => Steps.Sample(static steps =>
    {
        var rig = new QueueRig();
        foreach (var (verb, times, shape, seed) in steps)
        {
            var random = new Random(seed);
            for (var i = 0; i < times; i++)
            {
                Step(rig, verb, shape, random);
            }

            rig.Check($"after {verb} x{times}");
        }

        rig.Drain();
        rig.Check("at the end");
    }, iter: 400);

    [TestCase(TimerQueue.LargeFrom - 1, false)]
    [TestCase(TimerQueue.LargeFrom, true)]
    public void Queue_HasAWheel_FromAThreshold(int timers, bool isLarge)
    {
        var rig = Filled(timers, Second);
        Assert.That(rig.Queue.IsLarge, Is.EqualTo(isLarge));
        rig.Check("filled");
    }

    [Test]
    public void Queue_ThatShrinks_GivesItsWheelUp()
    {
        var rig = Filled(2 * TimerQueue.LargeFrom, Second);
        while (rig.Queue.Count >= TimerQueue.SmallBelow - 1)
        {
            rig.Expire(0);
        }

        rig.Cancel(rig.Queue.Head);
        for (var i = 0; rig.Queue.IsLarge && i < TimerQueue.SmallBelow; i++)
        {
            rig.Expire(0);
        }

        Assert.That(rig.Queue.IsLarge, Is.False);
        Assert.That(rig.Store.Pool.InUse, Is.Zero, "every chunk is given back");
        rig.Drain();
    }

    [TestCase(0L, TestName = "Queue_ManyEqualDeadlines_LeaveInTheOrderOfArming")]
    [TestCase(1_000L, TestName = "Queue_ManyInOneSlot_AreSpread")]
    [TestCase(Second, TestName = "Queue_ManyOverASecond_LeaveInOrder")]
    [TestCase(long.MaxValue / 2, TestName = "Queue_ManyOverAllTime_LeaveInOrder")]
    public void Queue_MoreThanARunHolds(long span)
    {
        var rig = Filled(TimerQueue.LongestRun + 5_000, span);
        rig.Check("filled");
        rig.Drain();
        Assert.That(rig.Store.Pool.InUse, Is.Zero);
    }

    [Test]
    public void Queue_EqualDeadlinesFiledAnew_LeaveInTheOrderOfArming()
    {
        var rig = Filled(TimerQueue.LargeFrom + 1_000, Second);
        foreach (var index in rig.Timers.Where(static (_, i) => i % 3 == 0).Reverse())
        {
            rig.Arm(index, 5 * Second);
        }

        foreach (var index in rig.Timers.Where(static (_, i) => i % 3 == 1))
        {
            rig.Arm(index, 5 * Second);
        }

        rig.Drain();
    }

    [Test]
    public void Queue_Extremes_AreOrderedLikeAnyDeadline()
    {
        var rig = Filled(TimerQueue.LargeFrom, Second);
        foreach (var deadline in new[] { long.MaxValue - 1, long.MinValue, -1, 0, long.MinValue + 1, long.MaxValue - 2, 1 })
        {
            rig.Arm(rig.New(), deadline);
            rig.Check($"{deadline}");
        }

        rig.Drain();
    }

    /// <summary>The one deadline that no wheel takes: its entries stay in the heap while the queue is rebuilt.</summary>
    [Test]
    public void Queue_ManyAtTheEarliestDeadline_SurviveARebuild()
    {
        var rig = new QueueRig();
        for (var i = 0; i < TimerQueue.LargeFrom + 100; i++)
        {
            rig.Arm(rig.New(), i % 2 == 0 ? Second + i : long.MinValue);
        }

        rig.Check("large");
        foreach (var index in rig.Timers.ToList())
        {
            rig.Arm(index, index % 3 == 0 ? long.MinValue : Second - index);
            rig.Arm(index, index % 5 == 0 ? long.MinValue : -index);
        }

        rig.Check("rebuilt");
        rig.Drain();
    }

    /// <summary>REALTIME can be set back: then everything is armed before what the wheel has reached.</summary>
    [Test]
    public void Queue_EverythingArmedBeforeTheWheel_StaysExactAndMovesTheWheel()
    {
        var rig = Filled(2 * TimerQueue.LargeFrom, Second);
        for (var i = 0; i < TimerQueue.LargeFrom; i++)
        {
            rig.Expire(Second);
        }

        foreach (var index in rig.Timers.ToList())
        {
            rig.Arm(index, -100 * Second + (index * 7919 % 1_000_003));
        }

        rig.Check("set back");
        rig.Drain();
    }

    [Test]
    public void Queue_TimersThatAreArmedEarlierForEver_AreBounded()
    {
        var rig = Filled(5_000, Second);
        for (var round = 1; round < 100; round++)
        {
            foreach (var index in rig.Timers)
            {
                rig.Arm(index, (1_000 - round) * Second);
                Assert.That(rig.Queue.Entries, Is.LessThanOrEqualTo(3 * rig.Queue.Count + 2 * TimerQueue.SlackLarge));
            }
        }

        Assert.That(rig.Work.Rebuilds, Is.InRange(1, 2 + 99 * 5_000 / TimerQueue.LargeFrom), "a rebuild is paid for by as many changes");
        rig.Check("armed");
        rig.Drain();
    }

    /// <summary>Cancelling and closing everything leaves nothing behind that a later timer could be taken for.</summary>
    [Test]
    public void Queue_TimersInThePlacesOfClosedOnes_AreTheirOwn()
    {
        var rig = Filled(300, Second);
        for (var round = 0; round < 300; round++)
        {
            foreach (var index in rig.Timers.Take(20).ToList())
            {
                rig.Close(index);
            }

            for (var i = 0; i < 20; i++)
            {
                rig.Arm(rig.New(), Second + ((i + round) * 31 % 64));
            }

            rig.Check($"round {round}");
        }

        rig.Drain();
    }

    /// <summary>An expiration costs a handful of entries whatever the number of timers.</summary>
    [TestCase(1_000)]
    [TestCase(10_000)]
    [TestCase(100_000)]
    public void Queue_WorkOfAnExpiration_IsBounded(int timers)
    {
        var rig = Filled(timers, Second);
        var random = new Random(7);
        var before = rig.Work;
        for (var i = 0; i < timers; i++)
        {
            rig.Expire(random.NextInt64(Second / 2, 3 * Second / 2));
        }

        Assert.That((rig.Work.Total - before.Total) / (double)timers, Is.LessThan(6));
        Assert.That(rig.Work.Rebuilds - before.Rebuilds, Is.LessThan(2));
    }

    private static QueueRig Filled(int timers, long span)
    {
        var rig = new QueueRig();
        var random = new Random(timers);
        for (var i = 0; i < timers; i++)
        {
            rig.Arm(rig.New(), Second + random.NextInt64(span + 1));
        }

        return rig;
    }

    private static void Step(QueueRig rig, int verb, int shape, Random random)
    {
        var any = rig.Timers.Count == 0 ? rig.New() : rig.Timers[random.Next(rig.Timers.Count)];
        switch (verb)
        {
            case 0 or 1:
                rig.Arm(rig.New(), Deadline(shape, random));
                break;
            case 2:
                rig.Arm(any, Deadline(shape, random));
                break;
            case 3: // later, as a timeout is pushed out
                rig.Arm(any, Math.Max(0, Math.Min(long.MaxValue - 2, rig.Store.At(any).Deadline)) is var at && at < long.MaxValue - Second ? at + random.Next(1_000_000) : at);
                break;
            case 4:
                rig.Cancel(any);
                break;
            case 5:
                rig.Expire(0);
                break;
            case 6:
                rig.Expire(random.NextInt64(1, Second));
                break;
            default:
                rig.Close(any);
                break;
        }
    }

    private static long Deadline(int shape, Random random) => shape switch
    {
        0 => 5 * Second,
        1 => 5 * Second + random.Next(1_000),
        2 => random.NextInt64(Second, 2 * Second),
        3 => -random.NextInt64(1, long.MaxValue),
        4 => random.NextInt64(long.MaxValue - 1),
        5 => 1L << random.Next(63),
        6 => (random.Next(4) * (1L << 40)) - 1 + random.Next(3),
        _ => random.Next(3) switch { 0 => long.MinValue, 1 => long.MaxValue - 1, _ => random.NextInt64(100) },
    };
}
