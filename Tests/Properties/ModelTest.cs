using CsCheck;
using NUnit.Framework;

namespace TimeNs.Tests.Properties;

/// <summary>The product does what the model does, step by step. A failure prints the seed and the shortest steps found.</summary>
[TestFixture]
public sealed class ModelTest
{
    [Test]
    public void AnySequence_ProductAndModelAgree() => Op.Any.Array[1, 80].Sample(Pair.Run, iter: 2000, print: Pair.Shortest);

    [Test, Explicit("minutes"), Category("Long")]
    public void AnyLongSequence_ProductAndModelAgree() => Op.Any.Array[1, 150].Sample(Pair.Run, iter: 60_000, print: Pair.Shortest);
}
