using System.Reflection;
using BenchmarkDotNet.Running;
using NUnit.Framework;
using TimeNs.Bench;
using TimeNs.Bench.Load;

namespace TimeNs.Tests.Bench;

/// <summary>
/// Every benchmark runs once, in this process, with the fewest timers, its own checks included: so that they cannot rot.
/// Nothing is said of speed here.
/// </summary>
[TestFixture]
public sealed class BenchmarksTest
{
    public static IEnumerable<TestCaseData<BenchmarkCase>> Cases() =>
        from type in Program.Classes
        from method in BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases.GroupBy(static c => c.Descriptor.WorkloadMethod)
        from benchmark in method.Where(IsSmallest)
        select new TestCaseData<BenchmarkCase>(benchmark)
            .SetArgDisplayNames($"{type.Name}.{method.Key.Name} {benchmark.Parameters.PrintInfo}".TrimEnd());

    [TestCaseSource(nameof(Cases))]
    public void Benchmark_Once_DoesItsWork(BenchmarkCase benchmark)
    {
        var descriptor = benchmark.Descriptor;
        if (Peers.MissingFor(descriptor.WorkloadMethod.Name) is { } why)
        {
            Assert.Ignore(why);
        }

        var instance = Activator.CreateInstance(descriptor.Type)!;
        foreach (var parameter in benchmark.Parameters.Items)
        {
            descriptor.Type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
        }

        Invoke(descriptor.GlobalSetupMethod, instance);
        Invoke(descriptor.IterationSetupMethod, instance);
        Invoke(descriptor.WorkloadMethod, instance);
        Invoke(descriptor.IterationCleanupMethod, instance);
        Invoke(descriptor.GlobalCleanupMethod, instance);
    }

    [Test]
    public void Classes_HaveBenchmarksAndOneBaselineEach()
    {
        Assert.That(Program.Classes, Is.Not.Empty);
        foreach (var type in Program.Classes)
        {
            var methods = BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases.Select(static c => c.Descriptor).Distinct();
            var groups = methods.GroupBy(static d => string.Join(',', d.Categories)).ToArray();
            Assert.That(
                groups.Select(static g => g.Count(static d => d.Baseline)), Is.All.EqualTo(1),
                $"{type.Name}: one peer a group is the baseline");
        }
    }

    [Test]
    public void Main_WithoutArguments_NamesEveryClassAndReturns()
    {
        using var output = new StringWriter();
        Program.PrintUsage(output);
        Assert.Multiple(() =>
        {
            Assert.That(Program.Classes.Select(static t => t.Name).Where(name => !output.ToString().Contains(name)), Is.Empty);
            Assert.That(output.ToString(), Does.Contain("--filter"));
        });
    }

    private static bool IsSmallest(BenchmarkCase benchmark) =>
        benchmark.Parameters.Items.All(static p => p.Name != nameof(Sizes.Timers) || (int)p.Value == Sizes.Timers.First());

    private static void Invoke(MethodInfo? method, object instance) =>
        method?.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, null, null);
}
