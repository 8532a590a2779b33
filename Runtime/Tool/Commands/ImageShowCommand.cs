using System.CommandLine;
using TimeNs.Tool.Client;
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
            using var progress = new Progress(parsed.InvocationConfiguration.Error, surroundings.ErrorIsTerminal);
            progress.Say("reading the image");
            var image = InputFile.LoadImage(parsed.GetValue(file)!);
            progress.Clear();
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                // On a terminal the timers themselves show how far it is.
                ImageJson.Write(output, image, surroundings.Width is null ? done => progress.CountTimers("writing", done, image.TimerCount) : null);
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
