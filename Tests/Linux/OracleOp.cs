using CsCheck;
using TimeNs.Clocks;

namespace TimeNs.Tests.Linux;

internal enum OracleVerb
{
    Create, Set, Get, Read, Poll, SetTicks, Fdinfo, Sleep, Spin,
}

/// <summary>A timespec as it is, or so many nanoseconds from the moment at which it is used.</summary>
internal readonly record struct OracleTime(bool FromNow, long Seconds, long Nanoseconds)
{
    public static OracleTime In(long nanoseconds) => new(true, 0, nanoseconds);

    /// <summary>For a relative setting, the span itself; for an absolute one, counted from the clock's reading.</summary>
    public Timespec At(bool absolute, ClockTime now) => !FromNow ? new Timespec(Seconds, Nanoseconds)
        : Timespec.FromNanoseconds(absolute ? Math.Max(1, now.Plus(Nanoseconds).Nanoseconds) : Math.Abs(Nanoseconds));
}

/// <summary>
/// One random operation on one of the timers. Ticks near 2^64 are not drawn, since the kernel's counter wraps where TimeNs saturates
/// (rule F7); the machine's clocks are never set.
/// </summary>
internal readonly record struct OracleOp(OracleVerb Verb, int Timer, int Clock, int Flags, OracleTime Value, OracleTime Interval, long Number)
{
    private static readonly int[] OrdinaryClocks = [0, 1, 7];
    private static readonly int[] AllClocks = [0, 1, 7, 8, 9];

    private static Gen<OracleTime> Malformed => Raw((-1, 0), (0, -1), (0, 1_000_000_000), (long.MinValue, 0), (9_223_372_036, 1_000_000_000), (1, long.MaxValue), (-1, 999_999_999));

    private static Gen<OracleTime> Ends => Raw(
        (9_223_372_035, 999_999_999), (9_223_372_036, 0), (9_223_372_036, 854_775_807), (long.MaxValue, 0), (9_223_371_000, 0), (4_611_686_018, 0));

    private static Gen<OracleTime> Values => Gen.Frequency(
        (8, Gen.Long[1, 3_000_000].Select(OracleTime.In)),
        (3, Pick(1, 1_000, 100_000, 1_000_000).Select(OracleTime.In)),
        (5, Pick(-1, -1_000, -1_000_000, -2_500_000, -1_000_000_000, -1_000_000_000_000, long.MinValue / 2).Select(OracleTime.In)),
        (2, Pick(5_000_000_000, 100_000_000_000_000).Select(OracleTime.In)),
        (3, Raw((0, 0))), (2, Raw((0, 1), (1, 0))), (3, Ends), (1, Malformed));

    private static Gen<OracleTime> Intervals => Gen.Frequency(
        (6, Raw((0, 0))), (1, Raw((0, 1))), (1, Raw((0, 1_000))), (2, Raw((0, 100_000))), (6, Raw((0, 1_000_000), (0, 700_000), (0, 2_000_000))),
        (2, Gen.Long[1, 3_000_000].Select(static n => new OracleTime(false, 0, n))), (1, Raw((7, 0), (100_000, 1))), (2, Ends), (1, Malformed));

    /// <summary>A sequence on 1 to 3 timers, whose clocks come first.</summary>
    public static Gen<(int[] Clocks, OracleOp[] Ops)> Sequences(bool alarms)
    {
        var clocks = Pick(alarms ? AllClocks : OrdinaryClocks);
        return Gen.Select(clocks.Array[1, 3], Any(clocks).Array[5, 25]);
    }

    private static Gen<OracleOp> Any(Gen<int> clocks) => Gen.Select(
        Verbs, Gen.Int[0, 2], Gen.Frequency((3, clocks), (1, Pick([-1, 2, 3, 4, 5, 6, 10, 11, 12, 99]))),
        Gen.Frequency((16, Gen.Int[0, 3]), (1, Pick([4, 5, 8, 0x800, 0x80000, -1, int.MinValue]))), Values, Intervals,
        Gen.Frequency((1, Gen.Const(0L)), (6, Gen.Long[1, 3_000_000]), (1, Gen.Const(1L << 40))),
        static (verb, timer, clock, flags, value, interval, number) => new OracleOp(verb, timer, clock, flags, value, interval, number));

    private static Gen<OracleVerb> Verbs => Gen.Frequency(
        (1, Gen.Const(OracleVerb.Create)), (10, Gen.Const(OracleVerb.Set)), (6, Gen.Const(OracleVerb.Get)), (8, Gen.Const(OracleVerb.Read)), (3, Gen.Const(OracleVerb.Poll)),
        (3, Gen.Const(OracleVerb.SetTicks)), (6, Gen.Const(OracleVerb.Fdinfo)), (5, Gen.Const(OracleVerb.Sleep)), (3, Gen.Const(OracleVerb.Spin)));

    private static Gen<OracleTime> Raw(params (long Seconds, long Nanoseconds)[] specs) =>
        Gen.Int[0, specs.Length - 1].Select(i => new OracleTime(false, specs[i].Seconds, specs[i].Nanoseconds));

    private static Gen<long> Pick(params long[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<int> Pick(int[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
