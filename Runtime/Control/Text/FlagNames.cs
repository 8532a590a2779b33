using System.Collections.Frozen;

namespace TimeNs.Control.Text;

/// <summary>
/// The flags of timerfd by name, joined by <c>|</c>. Every name is known everywhere: whether a call takes it is the call's to say
/// (EINVAL), so that a bad combination can be written.
/// </summary>
internal static class FlagNames
{
    public const int Nonblock = 0x800;
    public const int Cloexec = 0x80000;

    private static readonly FrozenDictionary<string, int> Values = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["TFD_TIMER_ABSTIME"] = 1,
        ["TFD_TIMER_CANCEL_ON_SET"] = 2,
        ["TFD_NONBLOCK"] = Nonblock,
        ["TFD_CLOEXEC"] = Cloexec,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>False when one of the names is unknown.</summary>
    public static bool TryParse(string text, out int flags)
    {
        flags = 0;
        foreach (var name in text.Split('|'))
        {
            if (!Values.TryGetValue(name, out var value))
            {
                return false;
            }

            flags |= value;
        }

        return true;
    }

    /// <summary>The names of a setting's flags, or nothing for none.</summary>
    public static IEnumerable<string> Of(int flags) => Values.Where(v => (flags & v.Value) != 0).OrderBy(static v => v.Value).Select(static v => v.Key);
}
