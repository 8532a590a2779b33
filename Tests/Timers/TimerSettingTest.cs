using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Tests.Timers;

/// <summary>Settings are well formed by construction: what each way of making one takes and refuses.</summary>
[TestFixture]
public sealed class TimerSettingTest
{
    private static readonly Duration Second = Duration.FromSeconds(1);
    private static readonly Timespec Zero = new(0, 0);

    [Test]
    public void Disarmed_S5_IsAllZero()
    {
        Assert.That(TimerSetting.Disarmed, Is.EqualTo(default(TimerSetting)));
        Assert.That(TimerSetting.Disarmed.ValueNs, Is.Zero);
        Assert.That(TimerSetting.Disarmed.IsAbsolute, Is.False);
    }

    [Test]
    public void After_IsRelative_WithOrWithoutAnInterval()
    {
        AssertIs(TimerSetting.After(Second), 1_000_000_000, 0, SettimeFlags.None);
        AssertIs(TimerSetting.After(Duration.Epsilon, Second), 1, 1_000_000_000, SettimeFlags.None);
        AssertIs(TimerSetting.Every(Second), 1_000_000_000, 1_000_000_000, SettimeFlags.None);
    }

    [Test]
    public void At_IsAbsolute_AndMayAskForCancelOnSet()
    {
        AssertIs(TimerSetting.At(new ClockTime(5)), 5, 0, SettimeFlags.Abstime);
        AssertIs(TimerSetting.At(new ClockTime(5), Second, cancelOnSet: true), 5, 1_000_000_000, SettimeFlags.Abstime | SettimeFlags.CancelOnSet);
        AssertIs(TimerSetting.At(Instant.FromUnixTimeSeconds(1)), 1_000_000_000, 0, SettimeFlags.Abstime);
        AssertIs(TimerSetting.At(Instant.FromUnixTimeSeconds(1), Second, cancelOnSet: false), 1_000_000_000, 1_000_000_000, SettimeFlags.Abstime);
        Assert.That(TimerSetting.At(ClockTime.Never).ValueNs, Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void Factories_INV9_SaturateToNever()
    {
        AssertIs(TimerSetting.After(Duration.MaxValue, Duration.MaxValue), long.MaxValue, long.MaxValue, SettimeFlags.None);
        AssertIs(TimerSetting.Every(Duration.MaxValue), long.MaxValue, long.MaxValue, SettimeFlags.None);
        AssertIs(TimerSetting.At(Instant.MaxValue), long.MaxValue, 0, SettimeFlags.Abstime);
    }

    [TestCase(0L)]
    [TestCase(-1L)]
    [TestCase(long.MinValue)]
    public void Factories_NotPositive_AreRefusedWithTheValue(long ns)
    {
        var wrong = Duration.FromNanoseconds(ns);
        AssertRefused(() => TimerSetting.After(wrong), "value", wrong);
        AssertRefused(() => TimerSetting.After(wrong, Second), "value", wrong);
        AssertRefused(() => TimerSetting.Every(wrong), "interval", wrong);
        AssertRefused(() => TimerSetting.At(new ClockTime(ns)), "deadline", new ClockTime(ns));
        AssertRefused(() => TimerSetting.At(new ClockTime(ns), Second, cancelOnSet: true), "deadline", new ClockTime(ns));
        AssertRefused(() => TimerSetting.At(Instant.FromUnixTimeTicks(0) + wrong), "deadline", new ClockTime(ns));
    }

    [Test]
    public void Factories_NegativeInterval_IsRefusedWithTheValue()
    {
        var wrong = -Duration.Epsilon;
        AssertRefused(() => TimerSetting.After(Second, wrong), "interval", wrong);
        AssertRefused(() => TimerSetting.At(new ClockTime(5), wrong, cancelOnSet: false), "interval", wrong);
        AssertRefused(() => TimerSetting.At(Instant.FromUnixTimeSeconds(1), wrong, cancelOnSet: false), "interval", wrong);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void FromTimespec_S3_TakesAndKeepsEveryKnownFlag(int flags)
    {
        var setting = TimerSetting.FromTimespec((SettimeFlags)flags, new(1, 2), new(3, 4));
        AssertIs(setting, 1_000_000_002, 3_000_000_004, (SettimeFlags)flags);
        Assert.That(setting.IsAbsolute, Is.EqualTo((flags & 1) == 1));
    }

    [TestCase(4)]
    [TestCase(7)]
    [TestCase(-1)]
    [TestCase(int.MinValue)]
    [TestCase(0x800)]
    public void FromTimespec_S1_UnknownFlagsAreRefused(int flags) =>
        AssertRefused(() => TimerSetting.FromTimespec((SettimeFlags)flags, Zero, Zero), "flags", flags);

    [TestCase(-1L, 0L)]
    [TestCase(0L, -1L)]
    [TestCase(0L, 1_000_000_000L)]
    public void FromTimespec_S2_AMalformedTimespecIsRefused_AlsoWhereTheValueIsZero(long seconds, long nanoseconds)
    {
        var wrong = new Timespec(seconds, nanoseconds);
        Assert.That(() => TimerSetting.FromTimespec(SettimeFlags.None, wrong, Zero), Throws.ArgumentException.With.Message.Contains($"{wrong}"));
        Assert.That(() => TimerSetting.FromTimespec(SettimeFlags.None, Zero, wrong), Throws.ArgumentException.With.Message.Contains($"{wrong}"));
    }

    [Test]
    public void FromTimespec_S8_ValueAndIntervalSaturate()
    {
        var setting = TimerSetting.FromTimespec(SettimeFlags.None, new(9_223_372_036, 0), new(long.MaxValue, 999_999_999));
        AssertIs(setting, long.MaxValue, long.MaxValue, SettimeFlags.None);
    }

    private static void AssertIs(TimerSetting setting, long value, long interval, SettimeFlags flags) =>
        Assert.That((setting.ValueNs, setting.IntervalNs, setting.Flags), Is.EqualTo((value, interval, flags)));

    private static void AssertRefused(Action make, string parameter, object value)
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => make());
        Assert.That((refused!.ParamName, refused.ActualValue), Is.EqualTo((parameter, value)));
    }
}
