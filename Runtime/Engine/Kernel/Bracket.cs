namespace TimeNs.Runtime.Kernel;

/// <summary>
/// What three readings in a row say about the difference of two clocks: it is at least <paramref name="LowNs"/> and at most
/// <paramref name="HighNs"/>, in nanoseconds.
/// </summary>
/// <remarks>
/// <code>
///   base    ──before───────────after──     sample - after &lt;= difference &lt;= sample - before
///   other   ─────────sample───────────
/// </code>
/// </remarks>
internal readonly record struct Bracket(long LowNs, long HighNs)
{
    /// <summary>Nanoseconds between the bounds; negative when no difference fits.</summary>
    public long WidthNs => HighNs - LowNs;

    /// <summary>The bracket of one sample of another clock, between two readings of the base clock.</summary>
    public static Bracket Of(long beforeNs, long sampleNs, long afterNs) => new(sampleNs - afterNs, sampleNs - beforeNs);

    /// <summary>What both say together.</summary>
    public Bracket And(Bracket other) => new(Math.Max(LowNs, other.LowNs), Math.Min(HighNs, other.HighNs));

    /// <summary>True when some difference from <paramref name="lowNs"/> to that plus <paramref name="slackNs"/> fits.</summary>
    public bool Fits(long lowNs, long slackNs) => lowNs <= HighNs && lowNs + slackNs >= LowNs;
}
