namespace TimeNs.Bench.Load;

/// <summary>Moves the timers of a load at random, from this thread alone or from a second one as well.</summary>
internal sealed class TwoThreadLoad : IDisposable
{
    /// <summary>Changes that a thread makes at once.</summary>
    public const int Changes = 100_000;

    private readonly ChangeLoad _load;
    private readonly Thread _second;
    private readonly Barrier _barrier = new(2);
    private Exception? _failure;
    private long _changes;
    private bool _ends;

    public TwoThreadLoad(ChangeLoad load)
    {
        _load = load.Begin();
        _second = new Thread(RunSecond) { IsBackground = true };
        _second.Start();
    }

    public void RunOne() => Change(0, 2);

    public void RunTwo()
    {
        _barrier.SignalAndWait();
        Change(0, 1);
        _barrier.SignalAndWait();
    }

    /// <exception cref="InvalidOperationException">Nothing was changed, a change failed, or a timer is not armed.</exception>
    public void Verify()
    {
        Check.That(_failure is null && _changes > 0, _failure?.Message ?? "nothing was changed");
        _load.VerifyArmed(_load.Timers);
    }

    public void Dispose()
    {
        _ends = true;
        _barrier.SignalAndWait();
        _second.Join();
        Verify();
        _load.Dispose();
        _barrier.Dispose();
    }

    private void RunSecond()
    {
        while (true)
        {
            _barrier.SignalAndWait();
            if (_ends)
            {
                return;
            }

            try
            {
                Change(1, 1);
            }
#pragma warning disable CA1031 // The other thread waits at the barrier, and tells of it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _failure = exception;
            }

            _barrier.SignalAndWait();
        }
    }

    /// <summary>Changes timers of one half, or with two of both.</summary>
    private void Change(int half, int halves)
    {
        var random = new FastRandom((ulong)half + 7);
        var first = half * _load.Timers / 2;
        var count = halves * _load.Timers / 2;
        for (var i = 0; i < Changes; i++)
        {
            _load.Set(first + random.Next(count), ChangeLoad.FirstRandom + random.Next(ChangeLoad.Randoms));
        }

        Interlocked.Add(ref _changes, Changes);
    }
}
