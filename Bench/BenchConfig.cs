using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using TimeNs.Bench.Load;

namespace TimeNs.Bench;

/// <summary>How benchmarks are run when the command line does not say otherwise.</summary>
internal static class BenchConfig
{
    /// <remarks>
    /// Few iterations, in a process of its own for each benchmark; <c>--job</c> replaces this job instead of running a second
    /// one beside it, and <c>--iterationCount</c> and its like change it.
    /// </remarks>
    public static IConfig Create(IEnumerable<string> args)
    {
        var config = ManualConfig.Create(DefaultConfig.Instance)
            .HideColumns(Column.RatioSD, Column.Error, Column.Gen0, Column.Gen1, Column.Gen2)
            .AddFilter(new SimpleFilter(static benchmark => Peers.MissingFor(benchmark.Descriptor.WorkloadMethod.Name) is null));
        return args.Any(static arg => arg is "-j" || arg.StartsWith("--job", StringComparison.Ordinal))
            ? config
            : config.AddJob(Job.Default.WithWarmupCount(3).WithIterationCount(5).WithId("Rough").AsDefault());
    }
}
