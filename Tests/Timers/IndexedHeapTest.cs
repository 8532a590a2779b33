using CsCheck;
using NUnit.Framework;
using TimeNs.Timers;

namespace TimeNs.Tests.Timers;

/// <summary>The queue against a list that is sorted at every look.</summary>
[TestFixture]
public sealed class IndexedHeapTest
{
    private sealed class Item(int number)
    {
        public int Number { get; } = number;

        public int Place { get; set; } = -1;
    }

    private readonly struct Place : IHeapPlace<Item>
    {
        public static int Get(Item item) => item.Place;

        public static void Set(Item item, int index) => item.Place = index;
    }

    [Test]
    public void Heap_EqualKeys_LeaveInTheOrderOfTheirSequence()
    {
        var heap = new IndexedHeap<Item, Place>();
        foreach (var number in new[] { 3, 0, 7, 1, 9, 2, 8, 5, 6, 4 })
        {
            heap.Set(new Item(number), 100, number);
        }

        Assert.That(Drain(heap), Is.EqualTo(Enumerable.Range(0, 10)));
    }

    [Test]
    public void Heap_Extremes_AreOrderedLikeAnyKey()
    {
        var heap = new IndexedHeap<Item, Place>();
        heap.Set(new Item(2), long.MaxValue, 1);
        heap.Set(new Item(0), long.MinValue, 2);
        heap.Set(new Item(1), 0, 3);
        Assert.That(Drain(heap), Is.EqualTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public void Remove_OfWhatIsNotThere_DoesNothing()
    {
        var heap = new IndexedHeap<Item, Place>();
        var item = new Item(0);
        heap.Remove(item);
        heap.Set(item, 5, 1);
        heap.Remove(item);
        heap.Remove(item);
        Assert.That(heap.IsEmpty && item.Place == -1);
    }

    [Test]
    public void Heap_RandomOperations_AgreesWithASortedList()
    {
        var step = Gen.Select(Gen.Int[0, 24], Gen.Long[-6, 6], Gen.Int[0, 3]);
        step.Array[0, 120].Sample(steps =>
        {
            var heap = new IndexedHeap<Item, Place>();
            var items = Enumerable.Range(0, 25).Select(static n => new Item(n)).ToArray();
            var reference = new List<(long Key, long Sequence, Item Item)>();
            var sequence = 0L;
            foreach (var (number, key, what) in steps)
            {
                var item = what == 3 && reference.Count > 0 ? heap.Head : items[number];
                reference.RemoveAll(e => e.Item == item);
                if (what <= 1)
                {
                    heap.Set(item, key, ++sequence);
                    reference.Add((key, sequence, item));
                }
                else
                {
                    heap.Remove(item);
                }

                heap.CheckInvariants();
                reference.Sort(static (a, b) => (a.Key, a.Sequence).CompareTo((b.Key, b.Sequence)));
                Assert.That(heap.Count, Is.EqualTo(reference.Count));
                if (reference.Count > 0)
                {
                    Assert.That((heap.HeadKey, heap.HeadSequence, heap.Head), Is.EqualTo(reference[0]));
                }
            }

            Assert.That(heap.Items(), Is.EquivalentTo(reference.Select(static e => e.Item)));
            Assert.That(Drain(heap), Is.EqualTo(reference.Select(static e => e.Item.Number)));
        }, iter: 300);
    }

    private static List<int> Drain(IndexedHeap<Item, Place> heap)
    {
        var drained = new List<int>();
        while (!heap.IsEmpty)
        {
            drained.Add(heap.Head.Number);
            heap.Remove(heap.Head);
        }

        return drained;
    }
}
