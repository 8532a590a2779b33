using System.Text;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Images;

/// <summary>What a possible image looks like: every rule in one place, for what was decoded and for what was built by hand (INV-8).</summary>
internal static class ImageRules
{
    /// <summary>No clock has ever read less: one that is set back at its upper end.</summary>
    private const long MinDeadlineNs = -(ClockOffsets.MaxReadingSeconds + 1) * ClockTime.NanosecondsPerSecond;

    /// <exception cref="ImageException">The first field that is impossible.</exception>
    public static void Check(NamespaceImage image)
    {
        CheckHeader(image, image.Timers.Length);
        var timers = image.Timers.AsSpan();
        var keys = new TimerKeys(timers.Length, image.NextTimerId);
        for (var i = 0; i < timers.Length; i++)
        {
            CheckTimer(timers[i], i, image);
            keys.Add(timers[i], i);
        }
    }

    /// <summary>Refuses a header that no checkpoint could have written over <paramref name="timers"/> timers.</summary>
    /// <exception cref="ImageException">The first field of the header that is impossible.</exception>
    public static void CheckHeader(NamespaceImage image, int timers)
    {
        Require("name", Names.Fault(image.Name));
        Require("name", image.Name == NamespaceTable.HostName ? "the host itself cannot be in an image" : null);
        Require("host_name", HostNameFault(image.HostName));
        Require("readings", ReadingsFault(image.Readings));
        Require("host", image.Host.Monotonic < ClockTime.Zero || image.Host.Boottime < ClockTime.Zero
            ? "MONOTONIC and BOOTTIME of a host are at least 0"
            : null);
        Require("absolute", image.Absolute is AbsoluteTimers.Keep or AbsoluteTimers.Relative ? null : $"{(int)image.Absolute} is neither keep nor relative");
        Require("next_timer_id", image.NextTimerId >= 1 ? null : $"{image.NextTimerId} is less than 1");
        Require("ephemeral_timers", image.EphemeralTimers >= 0 ? null : $"{image.EphemeralTimers} is negative");
        Require("next_timer_id", (long)timers + image.EphemeralTimers < image.NextTimerId
            ? null
            : $"{image.NextTimerId} leaves no ids for {timers} timers and {image.EphemeralTimers} ephemeral ones");
        Require("had_timers", image.HasHadTimers || image.NextTimerId == 1 ? null : "ids were given out, so there have been timers");
        Require("offsets", OffsetsFault(image));
    }

    /// <summary>Refuses a timer that no namespace could have had. <paramref name="offset"/> is where its record begins.</summary>
    /// <param name="timer">The timer.</param>
    /// <param name="index">Its place among the timers.</param>
    /// <param name="image">Whose header it must fit; its timers are not looked at.</param>
    /// <param name="offset">Where its record begins, in bytes, when it came from bytes.</param>
    /// <exception cref="ImageException">The first impossible field.</exception>
    public static void CheckTimer(in TimerImage timer, int index, NamespaceImage image, long? offset = null)
    {
        if (TimerFault(timer, image, out var field) is { } fault)
        {
            throw new ImageException($"timers[{index}].{field}", fault, offset);
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

    /// <summary>One chain of comparisons, run for every timer written or read. The texts are concatenated: no handler on the good path.</summary>
    private static string? TimerFault(in TimerImage timer, NamespaceImage image, out string field)
    {
        field = "clock";
        if (!ClockIds.IsTimerClock(timer.Clock))
        {
            return Number((long)timer.Clock) + " is not a clock that timers run on";
        }

        field = "id";
        if (timer.Id < 1 || timer.Id >= image.NextTimerId)
        {
            return Number(timer.Id) + " is outside 1.." + Number(image.NextTimerId - 1);
        }

        field = "name";
        if (timer.Name is { } name && Names.Fault(name) is { } fault)
        {
            return fault;
        }

        field = "interval";
        if (timer.IntervalNs < 0)
        {
            return Number(timer.IntervalNs) + " ns is negative";
        }

        return StateFault(timer, image, out field) ?? FlagsFault(timer, out field);
    }

    /// <summary>Deadlines, expiry and ticks.</summary>
    private static string? StateFault(in TimerImage timer, NamespaceImage image, out string field)
    {
        field = "state";
        if (timer.IsArmed && timer.IsExpired)
        {
            return "armed and expired at once";
        }

        field = "ticks";
        if (timer.IsExpired && timer.Ticks == 0)
        {
            return "expired, but without a tick";
        }

        field = "deadline";
        var set = timer.IsArmed || timer.IsExpired;
        if (!set && timer.Deadline != ClockTime.Zero)
        {
            return timer.Deadline + ", but the timer is neither armed nor expired";
        }

        if (set && DeadlineFault(timer.Deadline, timer.Base) is { } fault)
        {
            return fault;
        }

        if (timer.IsExpired && PassedFault(timer.Deadline, timer.Base, image) is { } early)
        {
            return early;
        }

        field = "first_due";
        if (timer.FirstDue is not { } due)
        {
            return null;
        }

        return timer.Ticks == 0 ? "set, but there is no tick"
            : set && due > timer.Deadline ? due + " is later than the deadline " + timer.Deadline
            : DeadlineFault(due, timer.Base) ?? PassedFault(due, timer.Base, image);
    }

    /// <summary>Settime flags, and what they say about absolute deadlines and the cancel list (rules S3, X3).</summary>
    private static string? FlagsFault(in TimerImage timer, out string field)
    {
        field = "flags";
        if (!TimerSetting.AreKnown(timer.Flags))
        {
            return Number((long)timer.Flags) + " has unknown flags";
        }

        var cancels = timer.Clock is ClockId.Realtime or ClockId.RealtimeAlarm;
        if (cancels && timer.Flags == (SettimeFlags.Abstime | SettimeFlags.CancelOnSet) && !timer.MightCancel)
        {
            return "cancel-on-set, but the timer is not on the cancel list";
        }

        field = "cancel";
        if ((timer.MightCancel || timer.IsCancelPending) && !cancels)
        {
            return "only REALTIME timers are cancelled by a clock set";
        }

        if (timer.MightCancel && !timer.IsAbsolute)
        {
            return "on the cancel list, but not absolute";
        }

        // A settime that reports ECANCELED arms the timer and leaves the flags that fdinfo shows (rule X3).
        field = "absolute";
        return timer.IsAbsolute != ((timer.Flags & SettimeFlags.Abstime) != SettimeFlags.None) && !timer.MightCancel
            ? "does not agree with the flags"
            : null;
    }

    /// <summary>A deadline may lie before zero only on a clock that can be set back, and only as far as it can.</summary>
    private static string? DeadlineFault(ClockTime deadline, ClockBase clock) =>
        deadline.Nanoseconds >= (clock == ClockBase.Realtime ? MinDeadlineNs : 0) ? null : deadline + " is out of range";

    /// <summary>What has passed on a clock that never goes back, has passed at the checkpoint (INV-2, INV-4). Never has not passed anywhere.</summary>
    private static string? PassedFault(ClockTime point, ClockBase clock, NamespaceImage image) =>
        point.IsNever || (clock != ClockBase.Realtime && point > image.Readings[clock])
            ? point + " has not passed yet"
            : null;

    private static string? HostNameFault(string name) =>
        name.Length > 256 || name.Any(char.IsControl) || !IsWellFormed(name) ? "not a host's name" : null;

    private static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (Rune.DecodeFromUtf16(text, out _, out var taken) == System.Buffers.OperationStatus.Done)
        {
            text = text[taken..];
        }

        return text.IsEmpty;
    }

    /// <summary>Readings are the host's plus the offsets (INV-1); the wall clock of a frozen namespace can have been set while it stood.</summary>
    private static string? OffsetsFault(NamespaceImage image)
    {
        var expected = image.Offsets.ToNamespace(image.Host);
        if (image.WasFrozen)
        {
            expected = expected with { Realtime = image.Readings.Realtime };
        }

        return expected == image.Readings ? null : "the readings are not the host's plus the offsets";
    }

    private static string Number(long value) => value.ToString();

    private static void Require(string field, string? fault)
    {
        if (fault is not null)
        {
            throw new ImageException(field, fault);
        }
    }
}
