using System.Diagnostics.Metrics;
using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>Lateness and overruns of what is delivered.</summary>
/// <remarks>
/// Every tick is noted, none is sampled: percentiles are of all of them, also of the largest batches, which are the late ones. Runs of ticks of one namespace share
/// their label, so that nothing is allocated.
/// </remarks>
internal sealed class DeliveryMeter(Histogram<double> lateness, Counter<long> overruns, bool namespaceLabels) : IDeliveryTap
{
    public bool IsWanted => lateness.Enabled || overruns.Enabled;

    public void Delivered(ReadOnlySpan<DeliveredTick> batch)
    {
        while (!batch.IsEmpty)
        {
            var run = namespaceLabels ? RunOf(batch) : batch.Length;
            Note(batch[..run]);
            batch = batch[run..];
        }
    }

    private static int RunOf(ReadOnlySpan<DeliveredTick> batch)
    {
        var ns = batch[0].Namespace;
        var run = 1;
        while (run < batch.Length && ReferenceEquals(batch[run].Namespace, ns))
        {
            run++;
        }

        return run;
    }

    private void Note(ReadOnlySpan<DeliveredTick> run)
    {
        var label = namespaceLabels ? RuntimeMeter.Label(run[0].Namespace.Name) : default;
        var over = 0UL;
        foreach (ref readonly var delivered in run)
        {
            over = Math.Min(over + (Math.Max(1, delivered.Tick.Expirations) - 1), long.MaxValue);
            if (delivered.Tick.IsCanceled)
            {
                continue; // it had no deadline
            }

            var seconds = Math.Max(0, delivered.Tick.LatenessNs) / 1e9; // below 0 where the wall clock was stepped back over what was unread
            if (namespaceLabels)
            {
                lateness.Record(seconds, label);
            }
            else
            {
                lateness.Record(seconds);
            }
        }

        Count(over, label);
    }

    private void Count(ulong over, in KeyValuePair<string, object?> label)
    {
        if (over == 0)
        {
            return;
        }

        if (namespaceLabels)
        {
            overruns.Add((long)over, label);
        }
        else
        {
            overruns.Add((long)over);
        }
    }
}
