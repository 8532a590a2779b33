using TimeNs.Control.Access;
using TimeNs.Control.Problems;

namespace TimeNs.Control.Limits;

/// <summary>A token bucket for each client: so many requests at once, so many a second in the long run.</summary>
/// <remarks>Buckets that are full again are forgotten, so that the table holds who has asked lately.</remarks>
internal sealed class RequestRate(TimeProvider time)
{
    private const int ManyClients = 256;

    private readonly Lock _gate = new(); // guards what follows
    private readonly Dictionary<long, Bucket> _buckets = [];

    private sealed class Bucket(double tokens, long since)
    {
        public double Tokens { get; set; } = tokens;

        public long Since { get; set; } = since;
    }

    /// <summary>Takes a token.</summary>
    /// <exception cref="ControlException">429: there is none.</exception>
    public void Take(Client client, LimitOptions limits)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (!_buckets.TryGetValue(client.Key, out var bucket))
            {
                Forget(limits, now);
                _buckets.Add(client.Key, bucket = new Bucket(limits.RequestBurst, now));
            }

            bucket.Tokens = Refilled(bucket, limits, now);
            bucket.Since = now;
            if (bucket.Tokens >= 1)
            {
                bucket.Tokens--;
                return;
            }
        }

        throw ControlException.Reached(
            "requests_per_second", limits.RequestsPerSecond, $"Client {client} makes more than {limits.RequestsPerSecond} requests a second.");
    }

    private double Refilled(Bucket bucket, LimitOptions limits, long now) =>
        Math.Min(limits.RequestBurst, bucket.Tokens + (time.GetElapsedTime(bucket.Since, now).TotalSeconds * limits.RequestsPerSecond));

    private void Forget(LimitOptions limits, long now)
    {
        if (_buckets.Count >= ManyClients)
        {
            foreach (var (key, bucket) in _buckets)
            {
                if (Refilled(bucket, limits, now) >= limits.RequestBurst)
                {
                    _buckets.Remove(key);
                }
            }
        }
    }
}
