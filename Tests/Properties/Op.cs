using CsCheck;

namespace TimeNs.Tests.Properties;

/// <summary>What a random step does.</summary>
internal enum Verb
{
    CreateNamespace, CreateTimer, Set, SetInvalid, Get, Read, SetTicks, Watch, Close, CloseNamespace, Advance, Jump, Settle,
    Suspend, SetHostClock, SetOffsets, SetRealtime, Freeze, Thaw, Checkpoint, Restore, Migrate, Forecast,
}

/// <summary>
/// One random step. The numbers are raw: <see cref="Pair"/> gives them their meaning, so that a step fits any state and a
/// sequence can be shortened anywhere.
/// </summary>
internal readonly record struct Op(Verb Verb, int Who, int Clock, int Flags, long Value, long Interval, int Policy)
{
    private static readonly int[] Clocks = [0, 1, 7, 8, 9];

    public int ClockNumber => Clocks[Clock % Clocks.Length];

    /// <summary>Any step of the two hosts.</summary>
    public static Gen<Op> Any { get; } = Of(Gen.Frequency(
        (2, Gen.Const(Verb.CreateNamespace)), (3, Gen.Const(Verb.CreateTimer)), (20, Gen.Const(Verb.Set)), (1, Gen.Const(Verb.SetInvalid)),
        (4, Gen.Const(Verb.Get)), (5, Gen.Const(Verb.Read)), (2, Gen.Const(Verb.SetTicks)), (5, Gen.Const(Verb.Watch)), (1, Gen.Const(Verb.Close)),
        (1, Gen.Const(Verb.CloseNamespace)), (9, Gen.Const(Verb.Advance)), (2, Gen.Const(Verb.Jump)), (4, Gen.Const(Verb.Settle)),
        (2, Gen.Const(Verb.Suspend)), (3, Gen.Const(Verb.SetHostClock)), (3, Gen.Const(Verb.SetOffsets)), (3, Gen.Const(Verb.SetRealtime)),
        (2, Gen.Const(Verb.Freeze)), (3, Gen.Const(Verb.Thaw)), (2, Gen.Const(Verb.Checkpoint)), (2, Gen.Const(Verb.Restore)),
        (3, Gen.Const(Verb.Migrate)), (2, Gen.Const(Verb.Forecast))));

    /// <summary>Steps of one kind or a few, with every argument free.</summary>
    public static Gen<Op> Of(Gen<Verb> verb) => Gen.Select(
        verb, Gen.Int[0, 29], Gen.Int[0, 4], Gen.Frequency((4, Gen.Int[0, 1]), (1, Gen.Const(2)), (4, Gen.Const(3))), Values, Intervals, Gen.Int[0, 23],
        static (v, who, clock, flags, value, interval, policy) => new Op(v, who, clock, flags, value, interval, policy));

    /// <summary>Mostly small, so that deadlines meet; sometimes the ends of the range.</summary>
    private static Gen<long> Values => Gen.Frequency(
        (12, Gen.Long[0, 12].Select(static v => v * 5)), (4, Gen.Long[-60, 120]), (1, Pick(
            1_000_000_000L, 9_223_372_035_999_999_999, 9_223_372_036_000_000_000, long.MaxValue - 50, long.MaxValue,
            4_611_686_018_999_999_000, 4_611_686_019_000_000_000, -4_611_686_018_999_999_000, long.MinValue)));

    private static Gen<long> Intervals => Gen.Frequency(
        (4, Gen.Const(0L)), (6, Pick(5L, 10L, 15L, 7L)), (2, Gen.Long[1, 40]), (1, Pick(1_000_000_000L, long.MaxValue)));

    private static Gen<long> Pick(params long[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
