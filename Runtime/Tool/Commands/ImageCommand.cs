using System.CommandLine;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens image</c>: what can be asked of a checkpoint image.</summary>
internal static class ImageCommand
{
    public static Command Create() => new("image", "Look into checkpoint images.")
    {
        ImageShowCommand.Create(),
        ImageForecastCommand.Create(),
    };
}
