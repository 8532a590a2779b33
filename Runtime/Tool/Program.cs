using System.Text;

namespace TimeNs.Tool;

/// <summary>The entry of the <c>timens</c> command: streams in, exit code out.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        // A terminal sees each line as it is written, a pipe gets them in blocks.
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = !Console.IsOutputRedirected };
        using var error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true };
        return CommandLine.Run(args, output, error);
    }
}
