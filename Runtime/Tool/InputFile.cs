using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tool;

/// <summary>Files that a command is given, and what to say of those that cannot be read.</summary>
internal static class InputFile
{
    /// <exception cref="ToolException">It cannot be read.</exception>
    public static byte[] Read(string path) => Try(path, File.ReadAllBytes);

    /// <exception cref="ToolException">It cannot be read, or is no image that can be used.</exception>
    public static NamespaceImage LoadImage(string path) => Try(path, ImageFile.Load);

    /// <param name="path">What to call it.</param>
    /// <param name="bytes">What was read from it.</param>
    /// <exception cref="ToolException">It is no image that can be used.</exception>
    public static NamespaceImage Decode(string path, byte[] bytes) => Try(path, _ => ImageFormat.Decode(bytes));

    private static T Try<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or ImageException)
        {
            throw new ToolException($"{(path.Length == 0 ? "''" : path)}: {Reason(path, e)}");
        }
    }

    private static string Reason(string path, Exception e) => e switch
    {
        _ when path.Length == 0 => "a file name must not be empty",
        _ when Directory.Exists(path) => "is a directory, not a file",
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "permission denied",
        ImageException => $"not a usable image: {Errors.OneLine(e.Message).Replace($" (in '{path}')", "", StringComparison.Ordinal)}",
        _ => Errors.OneLine(e.Message),
    };
}
