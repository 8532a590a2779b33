using CsCheck;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Tests.Properties;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Linux;

/// <summary>
/// Any calls on timers: the kernel of this machine and TimeNs give the same answers. A failure prints the seed, the shortest calls
/// found and a scenario to run them again. Real time passes in it, and no duration is asserted.
/// </summary>
[TestFixture, Platform("Linux"), NonParallelizable]
internal sealed class KernelOracleTest
{
    /// <summary>A machine that stops in the wrong place looks like a fault, but hardly three times in the same place.</summary>
    private const int Attempts = 3;

    private int _sequences;
    private int _steps;
    private int _again;
    private int _countdowns;

    [SetUp]
    public void Start() => (_sequences, _steps, _again, _countdowns) = (0, 0, 0, 0);

    [TearDown]
    public void Tell()
    {
        if (_sequences != 0)
        {
            TestContext.Out.WriteLine($"{_sequences} sequences, {_steps} calls, {_again} tried again, {_countdowns} times fault C");
        }
    }

    [Test]
    public void AnySequence_OrdinaryClocks_KernelAndTimeNsAgree() => Sample(alarms: false, iterations: 200);

    [Test]
    public void AnySequence_AllClocks_KernelAndTimeNsAgree()
    {
        KernelNeeds.WakeAlarm();
        Sample(alarms: true, iterations: 200);
    }

    [Test, Explicit("minutes"), Category("Long")]
    public void AnyLongSequence_AllClocks_KernelAndTimeNsAgree()
    {
        KernelNeeds.WakeAlarm();
        Sample(alarms: true, iterations: 20_000);
    }

    /// <summary>The comparison would notice: what the kernel says is falsified, and must be refused.</summary>
    [TestCase(OracleVerb.Read), TestCase(OracleVerb.Get), TestCase(OracleVerb.Fdinfo), TestCase(OracleVerb.Poll), TestCase(OracleVerb.Set)]
    public void Falsified_AnswerOfTheKernel_IsNoticed(OracleVerb verb)
    {
        var run = KernelOracle.Run([1], Plain, step => step.Verb != verb || step.Kernel.Errno != 0 ? step.Kernel : step.Kernel with
        {
            Ticks = step.Kernel.Ticks + 1,
            Readable = !step.Kernel.Readable,
            ValueNs = step.Kernel.ValueNs + 3_600_000_000_000,
        });
        Assert.That(run.Fault, Does.Contain(verb == OracleVerb.Set ? "set t0" : verb.ToString()));
    }

    [Test]
    public void Scenario_OfARun_IsRunBySimulate()
    {
        var run = KernelOracle.Run([0, 1, 7], Plain);
        using var folder = new TestFolder();
        var simulated = ToolRun.Of("simulate", folder.Write("kernel.jsonl", run.Scenario.TrimEnd('\n').Split('\n')));
        Assert.That(simulated.Code, Is.Zero, simulated.Output + simulated.Error + run.Scenario);
    }

    /// <summary>Nothing in it is due within the hour but what was due long ago.</summary>
    private static OracleOp[] Plain
    {
        get
        {
            static OracleOp Op(OracleVerb verb, int flags = 0, long seconds = 0, long interval = 0) =>
                new(verb, 0, 0, flags, new OracleTime(false, seconds, 0), new OracleTime(false, interval, 0), 5_000_000);
            return
            [
                Op(OracleVerb.Set, 0, 5_000, 100), Op(OracleVerb.Get), Op(OracleVerb.Set, 1, 1, 100_000_000), Op(OracleVerb.Sleep), Op(OracleVerb.Sleep),
                Op(OracleVerb.Fdinfo), Op(OracleVerb.Poll), Op(OracleVerb.Read), Op(OracleVerb.Read), Op(OracleVerb.Set, 4, 1), Op(OracleVerb.SetTicks), Op(OracleVerb.Read),
                new(OracleVerb.Create, 0, 3, 0, default, default, 0), new(OracleVerb.Create, 0, 1, 1, default, default, 0),
            ];
        }
    }

    private void Sample(bool alarms, int iterations)
    {
        KernelNeeds.SetTicks();
        OracleOp.Sequences(alarms).Sample(
            sequence =>
            {
                _sequences++;
                if (Difference(sequence.Clocks, sequence.Ops) is { } run)
                {
                    throw new DisagreementException($"{run.Fault}\n\n{run.Scenario}");
                }
            },
            iter: iterations, threads: 1, print: sequence => Shortest(sequence.Clocks, sequence.Ops));
    }

    /// <summary>A run in which the two part, when they do so every time.</summary>
    private KernelOracle? Difference(int[] clocks, OracleOp[] ops)
    {
        KernelOracle? run = null;
        for (var i = 0; i < Attempts; i++)
        {
            _again += i == 0 ? 0 : 1;
            run = KernelOracle.Run(clocks, ops);
            _steps += run.Steps.Count;
            _countdowns += run.Countdowns;
            if (run.Fault is null)
            {
                return null;
            }
        }

        return run;
    }

    /// <summary>Takes out every call without which they part as well.</summary>
    private string Shortest(int[] clocks, OracleOp[] ops)
    {
        var shortest = Difference(clocks, ops);
        for (var i = ops.Length - 1; i >= 0; i--)
        {
            OracleOp[] without = [.. ops[..i], .. ops[(i + 1)..]];
            if (Difference(clocks, without) is { } run)
            {
                (ops, shortest) = (without, run);
            }
        }

        return shortest is null ? "not again" : $"clocks {string.Join(' ', clocks)}\n{string.Join('\n', ops)}\n{shortest.Fault}\n\n{shortest.Scenario}";
    }
}
