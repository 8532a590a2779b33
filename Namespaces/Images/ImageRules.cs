using TimeNs.Clocks;

namespace TimeNs.Images;

/// <summary>What a possible image looks like: every rule in one place, for what was decoded and for what was built by hand (INV-8).</summary>
internal static class ImageRules
{
    /// <exception cref="ImageException">The first field that is impossible.</exception>
    public static void Check(NamespaceImage image)
    {
        if (image.IsChecked)
        {
            return;
        }

        CheckHeader(image, image.TimerCount);
        if (!image.HoldsChecked)
        {
            CheckTimers(image, image.Timers.AsSpan());
        }

        image.IsChecked = true;
    }

    private static void CheckTimers(NamespaceImage image, ReadOnlySpan<TimerImage> timers)
    {
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
        Require("next_timer_id", timers < image.NextTimerId ? null : $"{image.NextTimerId} leaves no ids for {timers} timers");
        Require("had_timers", image.HasHadTimers || (image.NextTimerId == 1 && image.EphemeralTimers == 0)
            ? null
            : "ids were given out or delegates had timers, so there have been some");
        Require("offsets", OffsetsFault(image));
    }

    /// <summary>Refuses a timer that no namespace could have had.</summary>
    /// <param name="timer">The timer.</param>
    /// <param name="index">Its place among the timers.</param>
    /// <param name="image">Whose header it must fit; its timers are not looked at.</param>
    /// <param name="offset">Where its record begins, in bytes; negative when it came from no bytes.</param>
    /// <exception cref="ImageException">The first impossible field.</exception>
    public static void CheckTimer(in TimerImage timer, int index, NamespaceImage image, long offset = -1)
    {
        var fault = TimerFaults.First(timer, image);
        if (fault != TimerFault.None)
        {
            var (field, reason) = TimerFaults.Describe(fault, timer, image);
            throw new ImageException($"timers[{index}].{field}", reason, offset < 0 ? null : offset);
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
        reading.Nanoseconds is >= 0 and <= ClockOffsets.MaxReadingSeconds * ClockTime.NanosecondsPerSecond;

    /// <summary>Why a host cannot be called so, or null.</summary>
    public static string? HostNameFault(string name) =>
        name.Length > 256 || name.Any(char.IsControl) || !Names.IsWellFormed(name) ? "not a host's name" : null;

    /// <summary>Readings are the host's plus the offsets (INV-1), except where a frozen namespace stood while its host went on.</summary>
    private static string? OffsetsFault(NamespaceImage image)
    {
        var running = image.Offsets.ToNamespace(image.Host);
        var stood = image.WasFrozen && image.Readings.Monotonic <= running.Monotonic && image.Readings.Boottime <= running.Boottime;
        return stood || running == image.Readings ? null : "the readings are not the host's plus the offsets";
    }

    private static void Require(string field, string? fault)
    {
        if (fault is not null)
        {
            throw new ImageException(field, fault);
        }
    }
}
