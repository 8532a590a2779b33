using System.ComponentModel;
using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using TimeNs.Bench.Goals;
using TimeNs.Bench.Plots;
using TimeNs.Bench.RealTime;

namespace TimeNs.Bench;

/// <summary>
/// Runs the verb or the benchmarks that the command line names; without arguments it says what there is.
/// </summary>
internal static class Program
{
    /// <summary>Every class with a benchmark in it, by name.</summary>
    public static IReadOnlyList<Type> Classes { get; } =
    [
        .. typeof(Program).Assembly.GetExportedTypes()
            .Where(static type => type.GetMethods().Any(static m => m.IsDefined(typeof(BenchmarkAttribute))))
            .OrderBy(static type => type.Name, StringComparer.Ordinal),
    ];

    /// <returns>
    /// 0; 1 when a benchmark or its own check failed, or a goal was missed by more than the noise; 2 when the arguments are wrong.
    /// </returns>
    public static int Main(string[] args) => args switch
    {
        [] => PrintUsage(Console.Out),
        ["goals", .. var rest] => GoalsCommand.Run(rest, Console.Out, Console.Error),
        ["lateness", .. var rest] => LatenessCommand.Run(rest, Console.Out, Console.Error),
        ["saturation", .. var rest] => SaturationCommand.Run(rest, Console.Out, Console.Error),
        ["plots", .. var rest] => PlotsCommand.Run(rest, Console.Out, Console.Error),
        _ => RunBenchmarks(args),
    };

    private static int RunBenchmarks(string[] args)
    {
        var summaries = BenchmarkSwitcher.FromTypes([.. Classes]).Run(args, BenchConfig.Create(args));
        return summaries.Any(static s => s.HasCriticalValidationErrors || s.Reports.Any(static r => !r.Success)) ? 1 : 0;
    }

    internal static int PrintUsage(TextWriter output)
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

            {GoalsCommand.Usage}
            {LatenessCommand.Usage}
            {SaturationCommand.Usage}
            {PlotsCommand.Usage}
            Every other option is BenchmarkDotNet's: --help. What the rows mean: docs/benchmarks.md.
            """);
        return 0;
    }
}
