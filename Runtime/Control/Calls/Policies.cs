using TimeNs.Control.Wire;
using TimeNs.Images;

namespace TimeNs.Control.Calls;

/// <summary>The words of a restore policy: a preset, and single clocks over it.</summary>
internal static class Policies
{
    /// <exception cref="Problems.ControlException">400: a word that is none.</exception>
    public static RestorePolicy Read(ThawRequest words)
    {
        var preset = Choose("clocks", words.Clocks, RestorePolicy.Suspend,
            ("suspend", RestorePolicy.Suspend), ("criu", RestorePolicy.Criu), ("gvisor", RestorePolicy.Gvisor));
        return preset with
        {
            Realtime = Choose("realtime", words.Realtime, preset.Realtime, ("wall", ClockPolicy.Wall), ("frozen", ClockPolicy.Frozen)),
            Monotonic = Choose("monotonic", words.Monotonic, preset.Monotonic, ("frozen", ClockPolicy.Frozen), ("elapsed", ClockPolicy.Elapsed)),
            Boottime = Choose("boottime", words.Boottime, preset.Boottime, ("frozen", ClockPolicy.Frozen), ("elapsed", ClockPolicy.Elapsed)),
            Missed = Choose("missed", words.Missed, preset.Missed, ("count", MissedTicks.Count), ("one", MissedTicks.One), ("skip", MissedTicks.Skip)),
        };
    }

    /// <summary>From the query.</summary>
    public static RestorePolicy Read(ControlCall call) => Read(new ThawRequest
    {
        Clocks = call.Query("clocks"),
        Realtime = call.Query("realtime"),
        Monotonic = call.Query("monotonic"),
        Boottime = call.Query("boottime"),
        Missed = call.Query("missed"),
    });

    public static AbsoluteTimers Absolute(string? word) => Choose("absolute", word, AbsoluteTimers.Keep,
        ("keep", AbsoluteTimers.Keep), ("refuse", AbsoluteTimers.Refuse), ("relative", AbsoluteTimers.Relative));

    private static T Choose<T>(string parameter, string? word, T absent, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        if (word is null)
        {
            return absent;
        }

        List<string> known = [];
        foreach (var (choice, value) in choices)
        {
            if (string.Equals(choice, word, StringComparison.Ordinal))
            {
                return value;
            }

            known.Add(choice);
        }

        throw ControlCall.Bad(parameter, $"'{Text.TimeInput.Shown(word)}' is none of {string.Join(", ", known)}.");
    }
}
