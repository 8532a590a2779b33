using TimeNs.Control.Problems;

namespace TimeNs.Control.Limits;

/// <summary>Counts what a client holds at once, and refuses more.</summary>
/// <param name="limit">The name of the limit.</param>
/// <param name="what">What is held, for people.</param>
internal sealed class Slots(string limit, string what)
{
    private readonly Lock _gate = new(); // guards what follows
    private readonly Dictionary<long, int> _held = [];

    /// <summary>Takes one until the result is disposed of; null when the client has as many as it may.</summary>
    public IDisposable? TryTake(long client, int most)
    {
        lock (_gate)
        {
            var held = _held.GetValueOrDefault(client);
            if (held >= most)
            {
                return null;
            }

            _held[client] = held + 1;
            return new Slot(this, client);
        }
    }

    /// <exception cref="ControlException">429: the client has as many as it may.</exception>
    public IDisposable Take(long client, int most) =>
        TryTake(client, most) ?? throw ControlException.Reached(limit, most, $"There are {most} {what} already, and no more are allowed at once.");

    private void Release(long client)
    {
        lock (_gate)
        {
            if (--_held[client] == 0)
            {
                _held.Remove(client);
            }
        }
    }

    private sealed class Slot(Slots owner, long client) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                owner.Release(client);
            }
        }
    }
}
