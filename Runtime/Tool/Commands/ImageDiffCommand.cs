using System.CommandLine;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens image diff A B</c>: exit code 0 when nothing differs, 1 when something does, as of <c>diff</c>.</summary>
internal static class ImageDiffCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var files = CommonOptions.File<string[]>("Two checkpoint images.", new ArgumentArity(2, 2));
        var limit = CommonOptions.Limit();
        var json = CommonOptions.Json();
        var command = new ExampleCommand("diff", "Show what changed between two images. Exit code 1 when anything did.",
            "timens image diff before.tns after.tns",
            "timens image diff before.tns after.tns --json | jq '.added[].name'")
        {
            files,
            limit,
            json,
        };
        command.SetAction(parsed =>
        {
            var diff = ImageDiff.Between(InputFile.LoadImage(parsed.GetValue(files)![0]), InputFile.LoadImage(parsed.GetValue(files)![1]));
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                ImageDiffReport.WriteJson(output, diff);
            }
            else
            {
                ImageDiffReport.WriteTables(output, diff, parsed.GetValue(limit), surroundings.Width);
            }

            return diff.IsEmpty ? CommandLine.Done : CommandLine.Missed;
        });
        return command;
    }
}
