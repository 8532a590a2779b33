using System.Globalization;
using NodaTime;

namespace TimeNs.Control.Text;

/// <summary>
/// Durations as people write them: <c>1s</c>, <c>1.5s</c>, <c>-100s</c>, <c>1h30m</c>, <c>0</c>.
/// </summary>
/// <remarks>
/// One or more numbers, each with its unit, the units d h m s ms us ns in that order and each at most once, one minus in front
/// of the whole. A value is exact or it is malformed: nothing is rounded to a nanosecond and nothing wraps. Only 0 needs no unit.
/// </remarks>
internal static class DurationText
{
    private static readonly (string Name, long Nanoseconds)[] Units =
    [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
    ];

    /// <summary>False when the text is no duration, is finer than a nanosecond, or is longer than a <see cref="Duration"/> can be.</summary>
    public static bool TryParse(string text, out Duration duration)
    {
        duration = Duration.Zero;
        if (text == "0")
        {
            return true;
        }

        var rest = text.AsSpan();
        var negative = rest.StartsWith('-');
        rest = negative ? rest[1..] : rest;
        if (rest.IsEmpty)
        {
            return false;
        }

        Int128 total = 0;
        for (var finest = -1; !rest.IsEmpty;)
        {
            if (!TryTakePart(ref rest, ref finest, out var part) || (total += part) > Longest)
            {
                return false;
            }
        }

        duration = Duration.FromNanoseconds(negative ? -total : total);
        return true;
    }

    /// <summary>The shortest text that reads back to the same duration, seconds and below as one decimal: <c>10d0.5s</c>, <c>1.5ms</c>.</summary>
    public static string Format(long nanoseconds)
    {
        if (nanoseconds == 0)
        {
            return "0";
        }

        var sign = nanoseconds < 0 ? "-" : "";
        var rest = (ulong)Int128.Abs(nanoseconds);
        foreach (var (name, unit) in Units)
        {
            if (rest >= (ulong)unit && (ulong)unit <= 1_000_000_000)
            {
                return sign + Decimal(rest, (ulong)unit) + name;
            }

            if (rest >= (ulong)unit)
            {
                sign += $"{rest / (ulong)unit}{name}";
                rest %= (ulong)unit;
                if (rest is > 0 and < 1_000_000_000)
                {
                    return sign + Decimal(rest, 1_000_000_000) + "s";
                }
            }
        }

        return sign;
    }

    private static Int128 Longest { get; } = Duration.MaxValue.ToInt128Nanoseconds();

    private static string Decimal(ulong value, ulong unit) =>
        (value / (decimal)unit).ToString("0.#########", CultureInfo.InvariantCulture);

    /// <summary>Takes one number with its unit off the front, and moves <paramref name="finest"/> to that unit.</summary>
    private static bool TryTakePart(ref ReadOnlySpan<char> rest, ref int finest, out Int128 nanoseconds)
    {
        nanoseconds = 0;
        var whole = TakeDigits(ref rest);
        var hasPoint = rest.StartsWith('.');
        rest = hasPoint ? rest[1..] : rest;
        var decimals = hasPoint ? TakeDigits(ref rest) : [];
        var unitName = rest[..LengthOfUnit(rest)];
        rest = rest[unitName.Length..];
        for (var unit = finest + 1; unit < Units.Length; unit++)
        {
            if (unitName.SequenceEqual(Units[unit].Name))
            {
                finest = unit;
                return !whole.IsEmpty && hasPoint == !decimals.IsEmpty && TryScale(whole, decimals.TrimEnd('0'), Units[unit].Nanoseconds, out nanoseconds);
            }
        }

        return false;
    }

    /// <summary><c>whole.decimals * unit</c> in nanoseconds, when that is a whole number within reach.</summary>
    private static bool TryScale(ReadOnlySpan<char> whole, ReadOnlySpan<char> decimals, long unit, out Int128 nanoseconds)
    {
        nanoseconds = 0;
        whole = whole.TrimStart('0');
        if (whole.Length > 24 || decimals.Length > 18)
        {
            return false;
        }

        var scale = (Int128)Math.Pow(10, decimals.Length);
        var fraction = Number(decimals) * unit;
        nanoseconds = Number(whole) * unit + fraction / scale;
        return fraction % scale == 0 && nanoseconds <= Longest;
    }

    private static Int128 Number(ReadOnlySpan<char> digits) =>
        digits.IsEmpty ? 0 : Int128.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    private static ReadOnlySpan<char> TakeDigits(ref ReadOnlySpan<char> rest)
    {
        var length = rest.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? rest : rest[..length];
        rest = rest[digits.Length..];
        return digits;
    }

    private static int LengthOfUnit(ReadOnlySpan<char> rest)
    {
        var length = rest.IndexOfAnyExceptInRange('a', 'z');
        return length < 0 ? rest.Length : length;
    }
}
