using System.Text.Json.Nodes;
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

    /// <summary>What was delivered since the last call; null when nothing was.</summary>
    public JsonArray? Take()
    {
        List<(string Fd, Tick Tick)> taken;
        lock (_gate)
        {
            if (_delivered.Count == 0)
            {
                return null;
            }

            (taken, _delivered) = (_delivered, []);
        }

        return new JsonArray([.. taken.Select(static t => Describe(t.Fd, t.Tick))]);
    }

    private void Add(string fd, Tick tick)
    {
        lock (_gate)
        {
            _delivered.Add((fd, tick));
        }
    }

    private static JsonObject Describe(string fd, in Tick tick) => tick.IsCanceled
        ? new JsonObject { ["fd"] = fd, ["canceled"] = true, ["at"] = Json.Of(tick.At) }
        : new JsonObject { ["fd"] = fd, ["expirations"] = tick.Expirations, ["due"] = Json.Of(tick.Due), ["at"] = Json.Of(tick.At) };
}
