using System.CommandLine;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens image show FILE</c>: what is in an image.</summary>
internal static class ImageShowCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var file = CommonOptions.File<string>("A checkpoint image.", ArgumentArity.ExactlyOne);
        var limit = CommonOptions.Limit();
        var json = CommonOptions.Json();
        var command = new ExampleCommand("show", "Show an image: its clocks, its offsets and its timers.",
            "timens image show web.image  # tables, 50 timers at most",
            "timens image show web.image --json | jq '.timers[] | select(.unread > 0)'  # complete, times in ns")
        {
            file,
            limit,
            json,
        };
        command.SetAction(parsed =>
        {
            var image = InputFile.LoadImage(parsed.GetValue(file)!);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                ImageJson.Write(output, image);
            }
            else
            {
                ImageTables.Write(output, image, parsed.GetValue(limit), surroundings.Width);
            }

            return CommandLine.Done;
        });
        return command;
    }
}
