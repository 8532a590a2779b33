using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tool.Scenarios;

/// <summary>
/// The subscribers of a scenario and what they were given, in the order of delivery over all of them. Deliveries come from the
/// engine's thread, questions from the scenario's.
/// </summary>
internal sealed class TickLog
{
    private readonly Dictionary<string, IDisposable> _subscriptions = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private List<(string Fd, Tick Tick)> _delivered = [];

    /// <summary>A second subscriber of the same fd would be given nothing that the first is not: it is the same one.</summary>
    public void Subscribe(string fd, NamespaceTimer timer)
    {
        if (!_subscriptions.ContainsKey(fd))
        {
            _subscriptions.Add(fd, timer.Ticks.Subscribe(tick => Add(fd, tick)));
        }
    }

    public void Unsubscribe(string fd)
    {
        if (_subscriptions.Remove(fd, out var subscription))
        {
            subscription.Dispose();
        }
    }

    public void UnsubscribeAll()
    {
        foreach (var fd in _subscriptions.Keys.ToArray())
        {
            Unsubscribe(fd);
        }
    }

    /// <summary>What was delivered since the last call.</summary>
    public IReadOnlyList<(string Fd, Tick Tick)> Take()
    {
        lock (_gate)
        {
            var taken = _delivered;
            _delivered = taken.Count == 0 ? taken : [];
            return taken;
        }
    }

    private void Add(string fd, Tick tick)
    {
        lock (_gate)
        {
            _delivered.Add((fd, tick));
        }
    }
}
