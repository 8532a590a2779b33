using TimeNs.Tool.Reports;

namespace TimeNs.Tests.Tool;

/// <summary>A table that fits the terminal: whole, then shortly said, then with columns left out by rank.</summary>
public class SheetTest
{
    [TestCase(null, "one|two|three", "12.345s")]
    [TestCase(39, "one|two|three", "12.345s")]
    [TestCase(38, "one|two|three", "12s")]
    [TestCase(30, "one|three", "12s")]
    [TestCase(5, "one", "12s")]
    public void Write_Width_DecidesWhatIsShown(int? width, string columns, string value)
    {
        var sheet = new Sheet(new("one"), new("two", 2), new("three", 1));
        sheet.Row(new Cell("12.345s", "12s"), "a long cell", "another one");
        using var output = new StringWriter();
        sheet.Write(output, width);
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Multiple(() =>
        {
            Assert.That(lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(columns.Split('|')));
            Assert.That(lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], Is.EqualTo(value));
            Assert.That(lines.Length, Is.EqualTo(columns == "one|two|three" ? 3 : 4));
            Assert.That(lines.Take(3).Where(l => l.Length > Math.Max(width ?? 100, 9)), Is.Empty);
        });
    }

    [TestCase(0, "0", "0")]
    [TestCase(999, "999ns", "999ns")]
    [TestCase(66_750, "66.75us", "66.75us")]
    [TestCase(-1_234_567, "-1.234567ms", "-1.234ms")]
    [TestCase(12_345_678_901, "12.345678901s", "12.345s")]
    [TestCase(119_999_999_999, "1m59.999999999s", "1m59s")]
    [TestCase(93_784_000_000_000, "1d2h3m4s", "1d2h")]
    [TestCase(long.MinValue, "-106751d23h47m16.854775808s", "-106751d23h")]
    public void Span_Shortly_IsItsTwoLargestUnits(long nanoseconds, string text, string shortly) =>
        Assert.That(Words.Span(nanoseconds), Is.EqualTo(new Cell(text, shortly)));
}
