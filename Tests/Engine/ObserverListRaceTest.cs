using TimeNs.Runtime;

namespace TimeNs.Tests.Engine;

/// <summary>The end of a stream comes without the lock; whoever unsubscribes meanwhile must not stumble over it.</summary>
public class ObserverListRaceTest
{
    [Test]
    public void Remove_WhileTheListEnds_EndsEachObserverOnceAndThrowsNothing()
    {
        const int Rounds = 5_000;
        var faults = 0;
        using var start = new Barrier(2);
        ObserverList<int>? list = null;
        ObserverList<int>.Entry[] entries = [];
        var completed = new int[Rounds];
        var unsubscriber = Task.Run(() =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                start.SignalAndWait();
                foreach (var entry in entries)
                {
                    entry.TryEnd();
                    list!.Remove(entry);
                }

                start.SignalAndWait();
            }
        });
        for (var i = 0; i < Rounds; i++)
        {
            var round = i;
            list = new ObserverList<int>(_ => Interlocked.Increment(ref faults), static _ => { });
            var observer = System.Reactive.Observer.Create<int>(static _ => { }, () => Interlocked.Increment(ref completed[round]));
            entries = [list.Add(observer), list.Add(observer), list.Add(observer)];
            start.SignalAndWait();
            list.End(null);
            start.SignalAndWait();
        }

        Assert.That(() => unsubscriber.GetAwaiter().GetResult(), Throws.Nothing);
        Assert.That(faults, Is.Zero);
        Assert.That(completed, Is.All.LessThanOrEqualTo(3));
    }
}
