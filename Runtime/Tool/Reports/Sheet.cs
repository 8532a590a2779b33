using System.Globalization;
using Spectre.Console;

namespace TimeNs.Tool.Reports;

/// <summary>A column of a <see cref="Sheet"/>.</summary>
/// <param name="Title">Its head.</param>
/// <param name="Rank">0 stays always; of the others the largest goes first when there is no room.</param>
/// <param name="Right">Numbers stand below each other.</param>
internal sealed record Column(string Title, int Rank = 0, bool Right = false);

/// <summary>What stands in a cell, and how it is said where room is short.</summary>
internal readonly record struct Cell(string Text, string Short)
{
    public static implicit operator Cell(string text) => new(text, text);

    public static implicit operator Cell(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// A table that fits the terminal. It is complete where there is no terminal, and where it fits; else its cells are said shortly, and
/// if that is not enough columns are left out, which it says.
/// </summary>
internal sealed class Sheet(params Column[] columns)
{
    /// <summary>Two blanks in front, three between, two behind the last: what the border takes.</summary>
    private const int Margin = 1;
    private const int Gap = 3;

    private readonly List<Cell[]> _rows = [];

    public bool IsEmpty => _rows.Count == 0;

    public void Row(params Cell[] cells) => _rows.Add(cells);

    /// <param name="output">Where to.</param>
    /// <param name="width">Columns of the terminal; null for as much as it takes.</param>
    public void Write(TextWriter output, int? width)
    {
        var shown = Enumerable.Range(0, columns.Length).ToList();
        var isShort = width is { } && Width(shown, false) > width;
        while (isShort && Width(shown, true) > width && Expendable(shown) is { } last)
        {
            shown.Remove(last);
        }

        var table = Tables.Create([.. shown.Select(i => columns[i].Title)]);
        for (var i = 0; i < shown.Count; i++)
        {
            table.Columns[i].Alignment = columns[shown[i]].Right ? Justify.Right : Justify.Left;
        }

        foreach (var row in _rows)
        {
            Tables.Row(table, [.. shown.Select(i => Said(row[i], isShort))]);
        }

        Tables.Write(output, table);
        if (shown.Count != columns.Length)
        {
            var left = columns.Where((_, i) => !shown.Contains(i)).Select(static c => c.Title);
            output.WriteLine($"  (no room for: {string.Join(", ", left)})");
        }
    }

    private int? Expendable(List<int> shown) => shown.Where(i => columns[i].Rank > 0).OrderByDescending(i => columns[i].Rank).Cast<int?>().FirstOrDefault();

    private int Width(List<int> shown, bool isShort) =>
        shown.Sum(i => _rows.Select(r => CellWidth(Said(r[i], isShort))).Append(columns[i].Title.Length).Max() + Gap) + Margin;

    private static string Said(in Cell cell, bool isShort) => isShort ? cell.Short : cell.Text;

    private static int CellWidth(string text) => text.GetCellWidth();
}
