using TimeNs.Clocks;

namespace TimeNs.Control.Text;

/// <summary>The clocks that timers run on, by their Linux names or the short ones: <c>CLOCK_REALTIME_ALARM</c>, <c>realtime-alarm</c>.</summary>
internal static class TimerClock
{
    public static bool TryParse(string text, out ClockId clock)
    {
        foreach (var known in ClockIds.All)
        {
            if (string.Equals(text, known.LinuxName(), StringComparison.Ordinal) || string.Equals(text, ShortName(known), StringComparison.Ordinal))
            {
                clock = known;
                return true;
            }
        }

        clock = default;
        return false;
    }

    /// <exception cref="ArgumentException">No clock of timers.</exception>
    public static ClockId Parse(string text, string parameter) => TryParse(text, out var clock)
        ? clock
        : throw new ArgumentException($"'{TimeInput.Shown(text)}' is none of {string.Join(", ", ClockIds.All.Select(ShortName))}.", parameter);

    public static string ShortName(ClockId clock) => clock.LinuxName()["CLOCK_".Length..].ToLowerInvariant().Replace('_', '-');
}
