using System.Text;
using CsCheck;
using TimeNs.Tests.Images;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tests.Tool;

/// <summary>One change of a scenario file that knows of lines, members, verbs and values.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Line">Which line it is done to.</param>
/// <param name="At">Which member or byte of the line it is done to.</param>
/// <param name="With">What it is done with.</param>
internal readonly record struct ScenarioMutation(int Kind, int Line, int At, int With)
{
    private const int Kinds = 15;

    private static readonly string[] Names =
        ["do", "ns", "fd", "clock", "flags", "value", "interval", "by", "ticks", "realtime", "monotonic", "boottime", "image", "stop", "expect", "note", "within", "missed", "clocks", "absolute", "", "DO", "x", "a\\nb", "\\u2028", "\\u001b[2J"];

    /// <summary>No short interval among them: a subscriber would be told of every one.</summary>
    private static readonly string[] Values =
    [
        "\"999999999999d\"", "\"-1s\"", "\"1e9s\"", "\"0.0000000001s\"", "\" 1s\"", "\"1h1d\"", "\"9223372036854775808ns\"", "\"1s1s\"", "\"∞\"", "\"\"", "\"0\"", "\"s\"", "\"106751d\"",
        "\"4611686018s\"", "\"4611686019s\"", "\"0.5s\"", "\"99999999999999999999999999999999999d\"", "\"1970-01-01T00:00:00Z\"", "\"1969-12-31T23:59:59.999999999Z\"", "\"9999-12-31T23:59:59Z\"",
        "\"-0001-01-01T00:00:00Z\"", "\"2026-02-30T00:00:00Z\"", "\"2026-01-01T24:00:00Z\"", "\"2026-01-01T00:00:00.0000000001Z\"", "\"2026-01-01T00:00:00+01:00\"", "\"10000-01-01T00:00:00Z\"",
        "[9223372036854775807,999999999]", "[-1,0]", "[0,1000000000]", "[0]", "[1,2,3]", "[1.5,0]", "[1e400,0]", "[[0,0],0]", "[9223372036854775808,0]", "[\"1\",0]", "[0,0]", "[4611686018,0]",
        "18446744073709551615", "18446744073709551616", "2147483648", "-2147483649", "-9223372036854775809", "1", "8", "9", "11", "12", "3", "true", "null",
        "\"CLOCK_REALTIME\"", "\"clock_realtime\"", "\"TFD_TIMER_ABSTIME|TFD_TIMER_CANCEL_ON_SET\"", "\"TFD_TIMER_ABSTIME|\"", "\"host\"", "\"t\"", "\"\\ud800\"", "\"\\u0000\"", "\"\\n\"", "\"🕰\"",
    ];

    public static Gen<ScenarioMutation> Any { get; } =
        Gen.Select(Gen.Int[0, Kinds - 1], Gen.Int[0, 60], Gen.Int[0, 300], Gen.Int[0, 300], static (kind, line, at, with) => new ScenarioMutation(kind, line, at, with));

    public void Change(List<byte[]> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        var at = Line % lines.Count;
        var other = With % lines.Count;
        var line = lines[at];
        switch (Kind)
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(other, line);
                break;
            case 2:
                (lines[at], lines[other]) = (lines[other], line);
                break;
            case 3 or 4:
                lines[at] = Json(line, new HeaderMutation(At % HeaderMutation.Kinds, At / HeaderMutation.Kinds, With));
                break;
            case 5 or 6:
                lines[at] = Replace(line, Values[With % Values.Length]);
                break;
            case 7:
                lines[at] = Rename(line);
                break;
            case 8:
                var verb = VerbTable.All.Select(static v => v.Name).Order(StringComparer.Ordinal).Append("jump").ElementAt(With % 20);
                lines[at] = Encoding.UTF8.GetBytes($$"""{"do":"{{verb}}",{{Encoding.UTF8.GetString(line).TrimStart('{')}}""");
                break;
            case 9:
                lines[at] = line[..(At % (line.Length + 1))];
                break;
            case 10:
                var place = At % (line.Length + 1);
                lines[at] = [.. line[..place], .. Oddity(), .. line[place..]];
                break;
            case 11:
                lines[at] = [.. line, (byte)'\r'];
                break;
            case 12:
                lines[at] = MissExpectation(line);
                break;
            case 13:
                lines[0] = [0xEF, 0xBB, 0xBF, .. lines[0]];
                break;
            default:
                lines[at] = Encoding.UTF8.GetBytes($$"""{"do":"clock_gettime","ns":"host","clock":1,"note":{{Long()}}}""");
                break;
        }
    }

    private static byte[] Json(byte[] line, HeaderMutation change) => Encoding.UTF8.GetBytes(change.Of(Encoding.UTF8.GetString(line)));

    /// <summary>The value of one member, found by the colons.</summary>
    private byte[] Replace(byte[] line, string value)
    {
        var parts = Encoding.UTF8.GetString(line).Split("\":");
        if (parts.Length < 2)
        {
            return line;
        }

        var at = 1 + (At % (parts.Length - 1));
        var end = parts[at].LastIndexOf(",\"", StringComparison.Ordinal);
        parts[at] = value + (end >= 0 ? parts[at][end..] : parts[at].EndsWith('}') ? "}" : "");
        return Encoding.UTF8.GetBytes(string.Join("\":", parts));
    }

    private byte[] Rename(byte[] line)
    {
        var text = Encoding.UTF8.GetString(line);
        var name = Names[At % Names.Length];
        return Encoding.UTF8.GetBytes(text.Replace($"\"{name}\":", $"\"{Names[With % Names.Length]}\":", StringComparison.Ordinal));
    }

    /// <summary>Another digit in what is expected.</summary>
    private byte[] MissExpectation(byte[] line)
    {
        var start = Math.Max(0, line.AsSpan().IndexOf("\"expect\":"u8));
        var digits = Enumerable.Range(start, line.Length - start).Where(i => char.IsAsciiDigit((char)line[i])).ToArray();
        if (digits.Length == 0)
        {
            return line;
        }

        var changed = (byte[])line.Clone();
        changed[digits[At % digits.Length]] = (byte)('0' + (With % 10));
        return changed;
    }

    private byte[] Oddity() => (With % 9) switch
    {
        0 => [0xFF],
        1 => [0x00],
        2 => [0xC0, 0x80],
        3 => [0xED, 0xA0, 0x80],
        4 => [(byte)'\r'],
        5 => [0xEF, 0xBB, 0xBF],
        6 => [(byte)'\n'],
        7 => [0xE2, 0x80, 0xA8],
        _ => [(byte)'"'],
    };

    /// <summary>A long or a deep value.</summary>
    private string Long() => (With % 4) switch
    {
        0 => $"\"{new string('n', At * 1000)}\"",
        1 => new string('[', At * 10) + new string(']', At * 10),
        2 => string.Concat(Enumerable.Repeat("{\"a\":", At)) + "1" + new string('}', At),
        _ => new string('9', At * 100),
    };
}
