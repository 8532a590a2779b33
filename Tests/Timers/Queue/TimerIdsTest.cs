using CsCheck;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Tests.Timers.Queue;

/// <summary>The table of ids against a dictionary, dense and sparse.</summary>
[TestFixture]
public sealed class TimerIdsTest
{
    [Test]
    public void Ids_RandomOperations_AgreeWithADictionary() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 300], Gen.Long[1, 1L << 33], Gen.Int).Array[1, 30].Sample(static steps =>
        {
            var table = new NamespaceTable();
            var ns = table.Create("a", ClockOffsets.None, default);
            var ids = new TimerIds(ns);
            var reference = new Dictionary<long, int>();
            var next = 1L;
            foreach (var (verb, times, leap, seed) in steps)
            {
                var random = new Random(seed);
                next += verb == 3 ? leap : 0;
                for (var i = 0; i < times; i++)
                {
                    if (verb is 0 or 3)
                    {
                        var index = table.Store.Allocate(ClockId.Monotonic, ns, 0);
                        table.Store.SetId(index, next);
                        ids.Add(next, index);
                        reference.Add(next++, index);
                    }
                    else if (reference.Count != 0)
                    {
                        var id = reference.Keys.ElementAt(random.Next(reference.Count));
                        ids.Remove(id);
                        table.Store.Free(reference[id]);
                        reference.Remove(id);
                    }
                }

                Assert.That(ids.Count, Is.EqualTo(reference.Count));
                Assert.That(ids.All(), Is.EquivalentTo(reference.Values));
                Assert.That(reference.Keys.Select(ids.Find), Is.EqualTo(reference.Values));
                Assert.That(new[] { 0, -1, next, long.MaxValue }.Select(ids.Find), Is.All.EqualTo(-1));
            }
        }, iter: 100);
}
