using CsCheck;
using NUnit.Framework;

namespace TimeNs.Tests.Concurrency;

/// <summary>
/// Calls made at once give what they would have given one after the other, in some order: each is one moment. A failure prints the seed and
/// the shortest calls found.
/// </summary>
[TestFixture, NonParallelizable]
public sealed class LinearizabilityTest
{
    [Test]
    public void CallsOnTimersAtOnce_GiveWhatSomeOrderOfThemGives() => Sample(StageOp.OnTimers, 120);

    [Test]
    public void CallsOnANamespaceAtOnce_GiveWhatSomeOrderOfThemGives() => Sample(StageOp.OnNamespace, 120);

    [Test]
    public void CallsAtOnce_GiveWhatSomeOrderOfThemGives() => Sample(StageOp.Any, 120);

    [Test, Explicit("minutes"), Category("Long")]
    public void AnyLongSequence_CallsAtOnce_GiveWhatSomeOrderOfThemGives()
    {
        Sample(StageOp.OnTimers, 10_000);
        Sample(StageOp.OnNamespace, 10_000);
        Sample(StageOp.Any, 10_000);
    }

    private static void Sample(Gen<StageOp> ops, int iterations) => Gen.Const(static () => new Stage()).SampleParallel(
        ops.Operation<Stage>(static op => op.ToString(), static (stage, op) => stage.Do(op)),
        equal: static (a, b) => a.ToString() == b.ToString(),
        maxSequentialOperations: 3,
        maxParallelOperations: 5,
        iter: iterations,
        threads: 3,
        replay: 10,
        print: static stage => stage.ToString(),
        writeLine: TestContext.Out.WriteLine);
}
