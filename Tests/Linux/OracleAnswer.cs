using System.Text.RegularExpressions;
using TimeNs.Timers;

namespace TimeNs.Tests.Linux;

/// <summary>What a call on a timer answered, the kernel's or TimeNs's; what the call does not tell is null.</summary>
internal sealed partial record OracleAnswer(int Errno)
{
    /// <summary>What a read gave, or the unread ticks of fdinfo.</summary>
    public ulong? Ticks { get; init; }

    public bool? Readable { get; init; }

    /// <summary>The time remaining, or what remained before a settime.</summary>
    public long? ValueNs { get; init; }

    public long? IntervalNs { get; init; }

    /// <summary>Clock and flags of fdinfo.</summary>
    public (int Clock, int Flags)? Shown { get; init; }

    public static OracleAnswer Of(int errno, TimerValue value) =>
        errno != 0 ? new OracleAnswer(errno) : new OracleAnswer(0) { ValueNs = value.ValueNs, IntervalNs = value.IntervalNs };

    /// <summary>The kernel's text, which must be that of rule P1 to the letter.</summary>
    public static OracleAnswer OfFdinfo(string text)
    {
        var match = FdinfoText().Match(text);
        if (!match.Success)
        {
            throw new FormatException($"fdinfo is not as rule P1 has it: {text}");
        }

        long Number(string group) => long.Parse(match.Groups[group].Value);
        return new OracleAnswer(0)
        {
            Shown = ((int)Number("clock"), Convert.ToInt32(match.Groups["flags"].Value, 8)),
            Ticks = ulong.Parse(match.Groups["ticks"].Value),
            ValueNs = (Number("value") * 1_000_000_000) + Number("valueNs"),
            IntervalNs = (Number("interval") * 1_000_000_000) + Number("intervalNs"),
        };
    }

    /// <summary>
    /// Equal, but for the time that passes in a call: times to within a span, counts to within as many periods of a timer as fit in it.
    /// </summary>
    /// <param name="other">TimeNs's answer.</param>
    /// <param name="spanNs">How far the two may have been asked apart.</param>
    /// <param name="periods">How many ticks more or fewer may have been counted by then.</param>
    /// <param name="instead">What the kernel may show in place of the time remaining (fault C, <see cref="KernelOffsets"/>).</param>
    public bool Agrees(OracleAnswer other, long spanNs, ulong periods, long?[] instead) =>
        Errno == other.Errno && Readable == other.Readable && IntervalNs == other.IntervalNs && Shown == other.Shown
        && (Ticks, other.Ticks) switch
        {
            (null, null) => true,
            ({ } a, { } b) => (a > b ? a - b : b - a) <= periods,
            _ => false,
        }
        && (ValueNs, other.ValueNs) switch
        {
            (null, null) => true,
            ({ } a, { } b) => Near(a, b, spanNs) || instead.Any(i => i is { } shown && Near(a, shown, spanNs)),
            _ => false,
        };

    public override string ToString()
    {
        var parts = new List<string>();
        if (Errno != 0)
        {
            parts.Add(((Errno)Errno).ToString());
        }

        void Add(string name, object? value)
        {
            if (value is not null)
            {
                parts.Add($"{name} {value}");
            }
        }

        Add("ticks", Ticks);
        Add("readable", Readable);
        Add("value", ValueNs);
        Add("interval", IntervalNs);
        Add("clock and flags", Shown);
        return parts.Count == 0 ? "done" : string.Join(", ", parts);
    }

    private static bool Near(long a, long b, long span) => UInt128.CreateChecked(Int128.Abs((Int128)a - b)) <= (UInt128)span;

    [GeneratedRegex(
        @"^clockid: (?<clock>\d+)\nticks: (?<ticks>\d+)\nsettime flags: 0(?<flags>[0-7]+)\n"
        + @"it_value: \((?<value>\d+), (?<valueNs>\d+)\)\nit_interval: \((?<interval>\d+), (?<intervalNs>\d+)\)\n$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FdinfoText();
}
