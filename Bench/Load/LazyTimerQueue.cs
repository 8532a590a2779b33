namespace TimeNs.Bench.Load;

/// <summary>
/// Timers that can be moved and cancelled on a <see cref="PriorityQueue{TElement, TPriority}"/>, the way it is usually done: a
/// new entry for every change, old ones known by their version and thrown out when they are the greater half.
/// </summary>
internal sealed class LazyTimerQueue(int timers)
{
    private const int Slack = 64;

    private readonly PriorityQueue<(int Id, int Version), long> _queue = new(2 * timers + Slack);
    private readonly List<((int Id, int Version), long)> _kept = new(timers);
    private readonly long[] _deadline = new long[timers];
    private readonly int[] _version = new int[timers];

    public int Live { get; private set; }

    public long Deadline(int id) => _deadline[id];

    /// <summary>Arms a timer or moves it.</summary>
    public void Set(int id, long deadline)
    {
        Live += _deadline[id] == 0 ? 1 : 0;
        _deadline[id] = deadline;
        _queue.Enqueue((id, ++_version[id]), deadline);
        Trim();
    }

    public void Cancel(int id)
    {
        Live -= _deadline[id] == 0 ? 0 : 1;
        _deadline[id] = 0;
        _version[id]++;
        Trim();
    }

    /// <summary>Live entries, counted one by one.</summary>
    public int CountLive() => _queue.UnorderedItems.Count(item => IsLive(item.Element));

    private bool IsLive((int Id, int Version) entry) => _deadline[entry.Id] != 0 && _version[entry.Id] == entry.Version;

    private void Trim()
    {
        if (_queue.Count <= 2 * Live + Slack)
        {
            return;
        }

        foreach (var item in _queue.UnorderedItems)
        {
            if (IsLive(item.Element))
            {
                _kept.Add(item);
            }
        }

        _queue.Clear();
        _queue.EnqueueRange(_kept);
        _kept.Clear();
    }
}
