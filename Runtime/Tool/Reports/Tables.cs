using Spectre.Console;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tool.Reports;

/// <summary>
/// Plain tables: no colours, no cursor, no borders to copy along, and lines as wide as what is in them, so that a pipe and a
/// terminal get the same text and nothing is cut off.
/// </summary>
internal static class Tables
{
    private const int Unlimited = 4096;

    public static Table Create(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = columns.Length != 0 };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)) { NoWrap = true });
        }

        return table;
    }

    /// <summary>A row of plain texts: brackets in a name are brackets.</summary>
    public static void Row(Table table, params string[] cells) => table.AddRow(cells.Select(static c => new Text(c)));

    public static void Write(TextWriter output, Table table)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = Unlimited;
        console.Write(table);
        foreach (var line in text.ToString().AsSpan().EnumerateLines())
        {
            if (!line.IsWhiteSpace())
            {
                output.WriteLine(line.TrimEnd());
            }
        }
    }

    /// <summary>A point on a clock as people read it: an instant on the wall clock, seconds on the others.</summary>
    public static string Point(ClockBase clock, ClockTime point) =>
        clock == ClockBase.Realtime || point.IsNever ? InstantText.Format(point) : Seconds(point);

    private static string Seconds(ClockTime point) => $"{point.ToString().TrimEnd('s').TrimEnd('0').TrimEnd('.')}s";
}
