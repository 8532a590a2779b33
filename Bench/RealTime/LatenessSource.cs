using TimeNs.Bench.Load;

namespace TimeNs.Bench.RealTime;

/// <summary>A way to have many periodic timers called in real time.</summary>
/// <param name="Name">As it stands in tables.</param>
/// <param name="Start">
/// Arms timers at the start + phase of each; the start is a point on the machine's monotonic clock. What it returns ends them.
/// </param>
/// <param name="IsExact">Each deadline must be accounted for; the timers of .NET may swallow some.</param>
/// <param name="Missing">Why it cannot be had here; null when it can.</param>
internal sealed record LatenessSource(
    string Name, Func<LatenessPlan, long, LatenessTimer[], IDisposable> Start, bool IsExact, string? Missing = null)
{
    private const double EnoughShare = 0.9;

    /// <summary>How long arming may take before the first deadline.</summary>
    private const long LeadNs = 300_000_000;

    /// <summary>How late the last deadline may be on a machine that is very busy.</summary>
    private const long PatienceNs = 5_000_000_000;

    /// <summary>Runs it and returns the lateness of each deadline in nanoseconds, sorted.</summary>
    /// <exception cref="InvalidOperationException">Deadlines are missing.</exception>
    public long[] Run(LatenessPlan plan)
    {
        var recorder = new LatenessRecorder(plan);
        LatenessTimer[] timers = [.. Enumerable.Range(0, plan.Timers).Select(_ => new LatenessTimer(recorder))];
        GC.Collect();
        var start = Pause.NowNs() + LeadNs;
        using (Start(plan, start, timers))
        {
            var end = start + (1 + plan.Deadlines) * plan.IntervalNs;
            Pause.Until(end);
            while (recorder.Missing > 0 && Pause.NowNs() < end + PatienceNs)
            {
                Pause.Until(Pause.NowNs() + LeadNs / 30);
            }
        }

        var samples = recorder.Sorted();
        var expected = plan.Timers * plan.Deadlines;
        if (IsExact)
        {
            Check.Equal(expected, samples.Length, $"deadlines of {Name}");
        }

        Check.That(samples.Length >= expected * EnoughShare, $"{samples.Length} of {expected} deadlines of {Name}");
        return samples;
    }
}
