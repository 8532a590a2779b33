using System.ComponentModel;
using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;

namespace TimeNs.Bench;

/// <summary>Runs the benchmarks that the command line names; without arguments it says what there is.</summary>
internal static class Program
{
    /// <summary>Every class with a benchmark in it, by name.</summary>
    public static IReadOnlyList<Type> Classes { get; } =
    [
        .. typeof(Program).Assembly.GetExportedTypes()
            .Where(static type => type.GetMethods().Any(static m => m.IsDefined(typeof(BenchmarkAttribute))))
            .OrderBy(static type => type.Name, StringComparer.Ordinal),
    ];

    /// <returns>0, or 1 when a benchmark failed or its own check did.</returns>
    public static int Main(string[] args)
    {
        if (args.Length == 0)
        {
            PrintUsage(Console.Out);
            return 0;
        }

        var summaries = BenchmarkSwitcher.FromTypes([.. Classes]).Run(args, BenchConfig.Create(args));
        return summaries.Any(static s => s.HasCriticalValidationErrors || s.Reports.Any(static r => !r.Success)) ? 1 : 0;
    }

    internal static void PrintUsage(TextWriter output)
    {
        output.WriteLine("The benchmarks of TimeNs, each with its peers as rows of the same table:");
        output.WriteLine();
        foreach (var type in Classes)
        {
            output.WriteLine($"  {type.Name,-26}{type.GetCustomAttribute<DescriptionAttribute>()?.Description}");
        }

        output.WriteLine($"""

            dotnet run --project Bench -c Release -- --filter '*'                  all of them, a rough run
            dotnet run --project Bench -c Release -- --filter '*ExpireForward*'    one class
            dotnet run --project Bench -c Release -- --filter '*' --job medium     more iterations (dry, short, medium, long)
            dotnet run --project Bench -c Release -- --list flat                   the names
            {Sizes.Variable}=1000,1000000 dotnet run ...              other numbers of timers

            Every other option is BenchmarkDotNet's: --help. What the rows mean: docs/benchmarks.md.
            """);
    }
}
