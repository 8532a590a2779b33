namespace TimeNs.Tests;

/// <summary>Where the sources of the build under test lie.</summary>
internal static class Repository
{
    /// <summary>The folder of TimeNs.sln.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "TimeNs.sln")))
            {
                return at.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No TimeNs.sln above {AppContext.BaseDirectory}: run the tests from a clone of the repository.");
    }
}
