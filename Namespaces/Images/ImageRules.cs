using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Images;

/// <summary>What a possible image looks like: every rule in one place, for what was decoded and for what was built by hand (INV-8).</summary>
internal static class ImageRules
{
    /// <exception cref="ImageException">The first field that is impossible.</exception>
    public static void Check(NamespaceImage image)
    {
        CheckHeader(image);
        var ids = new HashSet<long>(image.Timers.Length);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < image.Timers.Length; i++)
        {
            CheckTimer(image.Timers[i], i, image.NextTimerId);
            CheckUnique(image.Timers[i], i, ids, names);
        }
    }

    /// <exception cref="ImageException">The first field of the header that is impossible.</exception>
    public static void CheckHeader(NamespaceImage image)
    {
        Require("name", Names.Fault(image.Name));
        Require("name", image.Name == NamespaceTable.HostName ? "the host itself cannot be in an image" : null);
        Require("host_name", image.HostName.Length > 256 || image.HostName.Any(char.IsControl) ? "not a host's name" : null);
        Require("readings", ReadingsFault(image.Readings));
        Require("host", image.Host.Monotonic < ClockTime.Zero || image.Host.Boottime < ClockTime.Zero
            ? "MONOTONIC and BOOTTIME of a host are at least 0"
            : null);
        Require("absolute", image.Absolute is AbsoluteTimers.Keep or AbsoluteTimers.Relative ? null : $"{(int)image.Absolute} is neither keep nor relative");
        Require("next_timer_id", image.NextTimerId >= 1 ? null : $"{image.NextTimerId} is less than 1");
        Require("ephemeral_timers", image.EphemeralTimers >= 0 ? null : $"{image.EphemeralTimers} is negative");
        Require("had_timers", image.HasHadTimers || image.Timers.IsDefaultOrEmpty ? null : "there are timers, so there have been some");
        if (!image.WasFrozen)
        {
            var expected = image.Offsets.ToNamespace(image.Host);
            Require("offsets", expected == image.Readings ? null : "the readings are not the host's plus the offsets");
        }
    }

    /// <summary>Refuses a timer that no namespace could have had. <paramref name="offset"/> is where its record begins.</summary>
    /// <exception cref="ImageException">The first impossible field.</exception>
    public static void CheckTimer(in TimerImage timer, int index, long nextId, long? offset = null)
    {
        Timer("clock", ClockIds.IsTimerClock(timer.Clock) ? null : $"{(int)timer.Clock} is not a clock that timers run on");
        Timer("id", timer.Id >= 1 && timer.Id < nextId ? null : $"{timer.Id} is outside 1..{nextId - 1}");
        Timer("name", timer.Name is { } name ? Names.Fault(name) : null);
        Timer("flags", TimerSetting.AreKnown(timer.Flags) ? null : $"{(int)timer.Flags} has unknown flags");
        Timer("state", timer is { IsArmed: true, IsExpired: true } ? "armed and expired at once" : null);
        Timer("ticks", timer is { IsExpired: true, Ticks: 0 } ? "expired, but without a tick" : null);
        Timer("interval", timer.IntervalNs >= 0 ? null : $"{timer.IntervalNs} ns is negative");
        Timer("deadline", DeadlineFault(timer.Deadline));
        Timer("first_due", timer.FirstDue is { } due ? DeadlineFault(due) ?? (timer.Ticks == 0 ? "set, but there is no tick" : null) : null);
        var cancels = timer.Clock is ClockId.Realtime or ClockId.RealtimeAlarm;
        Timer("cancel", (timer.MightCancel || timer.IsCancelPending) && !cancels ? "only REALTIME timers are cancelled by a clock set" : null);

        void Timer(string field, string? fault)
        {
            if (fault is not null)
            {
                throw new ImageException($"timers[{index}].{field}", fault, offset);
            }
        }
    }

    /// <summary>Refuses a second timer with the same id or name.</summary>
    public static void CheckUnique(in TimerImage timer, int index, HashSet<long> ids, HashSet<string> names, long? offset = null)
    {
        if (!ids.Add(timer.Id))
        {
            throw new ImageException($"timers[{index}].id", $"{timer.Id} is there twice", offset);
        }

        if (timer.Name is { } name && !names.Add(name))
        {
            throw new ImageException($"timers[{index}].name", $"'{name}' is there twice", offset);
        }
    }

    /// <summary>Why these cannot be the clocks of a namespace, or null.</summary>
    public static string? ReadingsFault(in ClockReadings readings)
    {
        foreach (var clock in ClockOffsets.Bases)
        {
            if (!InRange(readings[clock]))
            {
                return $"{clock} reads {readings[clock]}, outside 0..{ClockOffsets.MaxReadingSeconds} s";
            }
        }

        return null;
    }

    public static bool InRange(ClockTime reading) =>
        reading.Nanoseconds >= 0 && reading.Nanoseconds / ClockTime.NanosecondsPerSecond <= ClockOffsets.MaxReadingSeconds;

    /// <summary>A deadline may lie before zero only as far as a clock can have been set back.</summary>
    private static string? DeadlineFault(ClockTime deadline) =>
        deadline.Nanoseconds >= -(ClockOffsets.MaxReadingSeconds + 1) * ClockTime.NanosecondsPerSecond ? null : $"{deadline} is out of range";

    private static void Require(string field, string? fault)
    {
        if (fault is not null)
        {
            throw new ImageException(field, fault);
        }
    }
}
