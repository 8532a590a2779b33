using System.Runtime.CompilerServices;

namespace TimeNs.Tests.Images;

/// <summary>Files of the source tree that tests hold against the code.</summary>
internal static class RepositoryFile
{
    /// <summary>True when golden files are to be written instead of compared.</summary>
    public static bool IsUpdating => Environment.GetEnvironmentVariable("TIMENS_UPDATE_GOLDEN") == "1";

    /// <summary>A path from the root of the tree: above where the tests run, or else where they were compiled.</summary>
    public static string At(string relative, [CallerFilePath] string source = "")
    {
        var root = RootAbove(AppContext.BaseDirectory) ?? RootAbove(Path.GetDirectoryName(source)!)
            ?? throw new DirectoryNotFoundException("No TimeNs.sln above the tests or their sources");
        return Path.Combine(root, relative);
    }

    private static string? RootAbove(string? directory)
    {
        while (directory is not null && !File.Exists(Path.Combine(directory, "TimeNs.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory;
    }
}
