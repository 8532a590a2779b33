using System.ComponentModel;
using BenchmarkDotNet.Attributes;
using TimeNs.Bench.Load;
using TimeNs.Timers;

namespace TimeNs.Bench;

/// <summary>One forward of a periodic timer's deadline past now: the arithmetic that every expiry pays for.</summary>
[MemoryDiagnoser]
[Description("deadline past now by whole intervals, beside a loop and 128-bit arithmetic")]
public class ForwardBenchmarks
{
    private const int Cases = 1_024;

    private readonly long[] _deadline = new long[Cases];
    private readonly long[] _interval = new long[Cases];
    private readonly long[] _now = new long[Cases];

    /// <summary>How many further periods may have passed: 0 is a timer served in time.</summary>
    [Params(0, 1_000)]
    public int MaxOverruns { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        var late = 0L;
        for (var i = 0; i < Cases; i++)
        {
            _deadline[i] = random.NextInt64(1L << 60);
            _interval[i] = random.NextInt64(500_000_000, 1_500_000_000);
            _now[i] = _deadline[i] + random.NextInt64(_interval[i] * (MaxOverruns + 1));
            late += (_now[i] - _deadline[i]) / _interval[i];
        }

        Check.That(late > 0 == MaxOverruns > 0, $"{late} overruns in the cases");
        Check.Equal(Loop(), Forward_Count(), "the sum of counts and deadlines");
        Check.Equal(Loop(), Wide(), "the sum of counts and deadlines");
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Cases)]
    public ulong Loop()
    {
        var sum = 0UL;
        for (var i = 0; i < Cases; i++)
        {
            var next = _deadline[i];
            var count = 0UL;
            while (next <= _now[i])
            {
                next += _interval[i];
                count++;
            }

            sum = unchecked(sum + count + (ulong)next);
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Cases)]
    public ulong Wide()
    {
        var sum = 0UL;
        for (var i = 0; i < Cases; i++)
        {
            var (overruns, _) = UInt128.DivRem((UInt128)(_now[i] - _deadline[i]), (UInt128)_interval[i]);
            var count = overruns + 1;
            sum = unchecked(sum + (ulong)count + (ulong)((UInt128)_deadline[i] + count * (UInt128)_interval[i]));
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Cases)]
    public ulong Forward_Count()
    {
        var sum = 0UL;
        for (var i = 0; i < Cases; i++)
        {
            var count = Forward.Count(_deadline[i], _interval[i], _now[i], out var next);
            sum = unchecked(sum + count + (ulong)next);
        }

        return sum;
    }
}
