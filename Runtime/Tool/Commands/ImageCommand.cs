using System.CommandLine;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens image</c>: what can be asked of a checkpoint image.</summary>
internal static class ImageCommand
{
    public static Command Create(Surroundings surroundings) => new("image", "Look into checkpoint images.")
    {
        ImageShowCommand.Create(surroundings),
        ImageForecastCommand.Create(surroundings),
        ImageDiffCommand.Create(surroundings),
    };
}
