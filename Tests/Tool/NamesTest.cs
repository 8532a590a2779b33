using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tests.Tool;

public class NamesTest
{
    [TestCase("CLOCK_REALTIME", 0)]
    [TestCase("CLOCK_MONOTONIC", 1)]
    [TestCase("CLOCK_PROCESS_CPUTIME_ID", 2)]
    [TestCase("CLOCK_BOOTTIME", 7)]
    [TestCase("CLOCK_REALTIME_ALARM", 8)]
    [TestCase("CLOCK_BOOTTIME_ALARM", 9)]
    [TestCase("CLOCK_TAI", 11)]
    public void Clock_ByName_HasItsNumber(string name, int number)
    {
        Assert.That(ClockName.TryParse(name, out var clock));
        Assert.That((int)clock, Is.EqualTo(number));
    }

    [TestCase("MONOTONIC")]
    [TestCase("clock_monotonic")]
    [TestCase("CLOCK_MONOTONIC ")]
    [TestCase("1")]
    [TestCase("")]
    public void Clock_UnknownName_IsRefused(string name) => Assert.That(ClockName.TryParse(name, out _), Is.False);

    [TestCase(0, ClockId.Realtime)]
    [TestCase(1, ClockId.Monotonic)]
    [TestCase(4, ClockId.Monotonic)]
    [TestCase(5, ClockId.Realtime)]
    [TestCase(6, ClockId.Monotonic)]
    [TestCase(7, ClockId.Boottime)]
    [TestCase(8, ClockId.Realtime)]
    [TestCase(9, ClockId.Boottime)]
    [TestCase(11, ClockId.Realtime)]
    [TestCase(2, null)]
    [TestCase(3, null)]
    [TestCase(10, null)]
    [TestCase(12, null)]
    [TestCase(-1, null)]
    public void ReadAs_EachNumber_GivesTheClockThatTicks(int number, ClockId? clock) =>
        Assert.That(ClockName.ReadAs((ClockId)number), Is.EqualTo(clock));

    [TestCase("TFD_TIMER_ABSTIME", 1)]
    [TestCase("TFD_TIMER_ABSTIME|TFD_TIMER_CANCEL_ON_SET", 3)]
    [TestCase("TFD_TIMER_CANCEL_ON_SET|TFD_TIMER_ABSTIME", 3)]
    [TestCase("TFD_NONBLOCK|TFD_CLOEXEC", 0x80800)]
    public void Flags_ByName_AreJoined(string text, int flags)
    {
        Assert.That(FlagNames.TryParse(text, out var parsed));
        Assert.That(parsed, Is.EqualTo(flags));
    }

    [TestCase("")]
    [TestCase("|")]
    [TestCase("TFD_TIMER_ABSTIME|")]
    [TestCase("TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET")]
    [TestCase("ABSTIME")]
    [TestCase("1")]
    public void Flags_UnknownName_IsRefused(string text) => Assert.That(FlagNames.TryParse(text, out _), Is.False);

    [Test]
    public void Flags_OfANumber_AreNamedInOrder() =>
        Assert.That(FlagNames.Of(3), Is.EqualTo(new[] { "TFD_TIMER_ABSTIME", "TFD_TIMER_CANCEL_ON_SET" }));
}
