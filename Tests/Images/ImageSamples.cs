using System.Collections.Immutable;
using CsCheck;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Timers;

namespace TimeNs.Tests.Images;

/// <summary>Images to test with: one that shows every field, a plain one of any size, and random ones that are all possible.</summary>
internal static class ImageSamples
{
    private const long Second = 1_000_000_000;

    public static ClockReadings Host { get; } = new(
        new ClockTime(1_767_225_600 * Second + 123_456_789), new ClockTime(1000 * Second), new ClockTime(1500 * Second));

    public static ClockOffsets Offsets { get; } = new(-3600 * Second, 500 * Second, 700 * Second);

    public static ClockReadings Readings { get; } = Offsets.ToNamespace(Host);

    /// <summary>Every clock, state and optional field; short enough to flip each of its bits.</summary>
    public static NamespaceImage EveryField { get; } = Image([
        new() { Id = 1, Clock = ClockId.Monotonic, IsArmed = true, Deadline = Readings.Monotonic.Plus(10_000_000), IntervalNs = 10_000_000, RememberedWallOffsetNs = Readings.WallOffset },
        new() { Id = 7, Clock = ClockId.Boottime, IsArmed = true, Deadline = ClockTime.Never, RememberedWallOffsetNs = Readings.WallOffset },
        new()
        {
            Id = 3,
            Name = "täglich",
            Clock = ClockId.Realtime,
            IsAbsolute = true,
            Flags = SettimeFlags.Abstime | SettimeFlags.CancelOnSet,
            IsArmed = true,
            Deadline = Readings.Realtime.Plus(86_400 * Second),
            IntervalNs = 86_400 * Second,
            Ticks = 1,
            MightCancel = true,
            IsCancelPending = true,
            RememberedWallOffsetNs = Readings.WallOffset - 5 * Second,
        },
        new()
        {
            Id = 4,
            Clock = ClockId.BoottimeAlarm,
            IsAbsolute = true,
            Flags = SettimeFlags.Abstime,
            IsExpired = true,
            Deadline = Readings.Boottime.Plus(-50_000_000),
            IntervalNs = 20_000_000,
            Ticks = ulong.MaxValue,
            FirstDue = Readings.Boottime.Plus(-90_000_000),
            RememberedWallOffsetNs = Readings.WallOffset,
        },
        new() { Id = 900, Name = "idle", Clock = ClockId.RealtimeAlarm, IntervalNs = 250, Ticks = 300, RememberedWallOffsetNs = Readings.WallOffset },
    ]);

    public static NamespaceImage Image(ImmutableArray<TimerImage> timers, long nextId = 1000) => new()
    {
        Name = "web",
        HostName = "host-a",
        Offsets = Offsets,
        Readings = Readings,
        Host = Host,
        HasHadTimers = true,
        NextTimerId = nextId,
        EphemeralTimers = 2,
        Timers = timers,
    };

    /// <summary>Periodic timers as a workload has them: armed, within a minute, in an order that is not that of their ids.</summary>
    public static NamespaceImage Periodic(int count)
    {
        var random = new Random(7);
        var ids = Enumerable.Range(1, count).ToArray();
        random.Shuffle(ids);
        var timers = new TimerImage[count];
        for (var i = 0; i < count; i++)
        {
            timers[i] = new TimerImage
            {
                Id = ids[i],
                Clock = ClockId.Monotonic,
                IsArmed = true,
                Deadline = Readings.Monotonic.Plus(random.NextInt64(60 * Second)),
                IntervalNs = 1_000_000 * random.NextInt64(1, 60_000),
                RememberedWallOffsetNs = Readings.WallOffset,
            };
        }

        return Image(ImmutableArray.Create(timers), count + 10L);
    }

    /// <summary>Random images, all possible, at the edges of every number.</summary>
    public static Gen<NamespaceImage> Possible { get; } =
        from realtime in Reading
        from monotonic in Reading
        from boottime in Reading
        from offsets in Gen.Select(Offset, Offset, Offset)
        from name in Name
        from hostName in Name
        from frozen in Gen.Bool
        from relative in Gen.Bool
        from ephemeral in Gen.Int[0, 1000]
        from seeds in Gen.Select(Gen.Long, Gen.Long, Gen.Long, Gen.Int[0, 255], Gen.Long).List[0, 40]
        from names in Name.List[0, 3]
        select Possibly(new ClockReadings(realtime, monotonic, boottime), offsets, name, hostName, frozen, relative, ephemeral, seeds, names);

    private static Gen<ClockTime> Reading => Gen.OneOf(Gen.Long[0, 10_000 * Second], Gen.Long[0, ClockOffsets.MaxReadingSeconds * Second])
        .Select(ns => new ClockTime(ns));

    private static Gen<long> Offset => Gen.OneOf(Gen.Const(0L), Gen.Long[0, 1000 * Second], Gen.Long[0, ClockOffsets.MaxReadingSeconds * Second]);

    private static Gen<string> Name => Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 1, 128], Gen.String[Gen.Char['à', 'ƒ'], 1, 128], Gen.Const("🕰 \"quoted\" \\ </x>"), Gen.Const("時計"));

    private static NamespaceImage Possibly(
        ClockReadings readings, (long R, long M, long B) back, string name, string hostName, bool frozen, bool relative, int ephemeral,
        List<(long Deadline, long Interval, long Id, int Kind, long Ticks)> seeds, List<string> names)
    {
        // A host behind the namespace, by as much as its clocks allow.
        var offsets = new ClockOffsets(back.R, Math.Min(back.M, readings.Monotonic.Nanoseconds), Math.Min(back.B, readings.Boottime.Nanoseconds));
        var host = new ClockReadings(
            readings.Realtime.Plus(-offsets.RealtimeNs), readings.Monotonic.Plus(-offsets.MonotonicNs), readings.Boottime.Plus(-offsets.BoottimeNs));
        var free = new Queue<string>(names.Distinct(StringComparer.Ordinal));
        var timers = seeds.Select(s => Timer(s, readings, free)).DistinctBy(static t => t.Id).ToImmutableArray();
        return new NamespaceImage
        {
            Name = name == "host" ? "guest" : name,
            HostName = hostName,
            Offsets = offsets,
            Readings = readings,
            Host = host,
            WasFrozen = frozen,
            Absolute = relative ? AbsoluteTimers.Relative : AbsoluteTimers.Keep,
            HasHadTimers = true,
            NextTimerId = timers.Select(static t => t.Id).DefaultIfEmpty(0).Max() + 2000,
            EphemeralTimers = ephemeral,
            Timers = timers,
        };
    }

    private static TimerImage Timer((long Deadline, long Interval, long Id, int Kind, long Ticks) seed, in ClockReadings readings, Queue<string> names)
    {
        var kind = seed.Kind;
        var clock = ClockIds.All[kind % 5];
        var flags = (SettimeFlags)(kind >> 3 & 3);
        var absolute = flags.HasFlag(SettimeFlags.Abstime);
        var cancels = clock.Base() == ClockBase.Realtime;
        var expired = (kind & 0x20) != 0;
        var armed = !expired && (kind & 0x40) != 0;
        var now = readings[clock.QueueBase(absolute)].Nanoseconds;
        var shift = (int)(seed.Id & 63);
        var deadline = expired ? (seed.Deadline & long.MaxValue) % (now + 1)
            : armed ? (kind % 7 == 0 ? long.MaxValue : Math.Max(0, seed.Deadline >> shift))
            : 0;
        var ticks = expired ? Math.Max(1, (ulong)seed.Ticks >> shift) : kind % 3 == 0 ? (ulong)seed.Ticks : 0;
        return new TimerImage
        {
            Id = 1 + ((seed.Id & (long.MaxValue >> 1)) >> (shift % 62)),
            Name = kind % 4 == 0 && names.TryDequeue(out var name) ? name : null,
            Clock = clock,
            Flags = flags,
            IsAbsolute = absolute,
            IsArmed = armed,
            IsExpired = expired,
            Deadline = new ClockTime(deadline),
            IntervalNs = (seed.Interval & long.MaxValue) >> (int)(seed.Interval & 63),
            Ticks = ticks,
            FirstDue = expired && ticks != 0 ? new ClockTime(deadline - (deadline >> shift)) : null,
            MightCancel = cancels && flags == (SettimeFlags.Abstime | SettimeFlags.CancelOnSet),
            IsCancelPending = cancels && (kind & 0x80) != 0,
            RememberedWallOffsetNs = kind % 2 == 0 ? readings.WallOffset : seed.Ticks,
        };
    }
}
