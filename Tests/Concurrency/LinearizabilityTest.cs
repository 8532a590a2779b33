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
    public void CallsAtOnce_GiveWhatSomeOrderOfThemGives() => Sample(250);

    [Test, Explicit("minutes"), Category("Long")]
    public void AnyLongSequence_CallsAtOnce_GiveWhatSomeOrderOfThemGives() => Sample(20_000);

    private static void Sample(int iterations) => Gen.Const(static () => new Stage()).SampleParallel(
        StageOp.Any.Operation<Stage>(static op => op.ToString(), static (stage, op) => stage.Do(op)),
        equal: static (a, b) => a.ToString() == b.ToString(),
        maxSequentialOperations: 3,
        maxParallelOperations: 5,
        iter: iterations,
        threads: 3,
        replay: 10,
        print: static stage => stage.ToString(),
        writeLine: TestContext.Out.WriteLine);
}
