using System.Collections.Concurrent;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Timers;

namespace TimeNs.Tests.Concurrency;

/// <summary>
/// The books of one timer that was armed once: what each reader was told, as pieces of the row of its expirations. Nothing is lost and
/// nothing doubled when the pieces lie end to end from the first expiration to the last (INV-3):
/// <code>
///   expiration   0   1   2   3   4   5   6   7        forward(now) = 8
///                ├─read─┤├─ observers ─┤├read┤├unread┤
/// </code>
/// </summary>
/// <param name="id">The timer's, for messages.</param>
/// <param name="firstNs">The first deadline, on the timer's clock.</param>
/// <param name="intervalNs">At least 1.</param>
internal sealed class Ledger(long id, long firstNs, long intervalNs)
{
    private readonly ConcurrentQueue<Tick> _read = new();
    private readonly ConcurrentDictionary<Tick, int> _told = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private int _inside;

    /// <summary>What was found wrong on the way.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public int Pieces => _read.Count + _told.Count;

    /// <summary>A read took these. From any thread.</summary>
    public void Read(Tick tick, ClockTime floor)
    {
        Check(tick, floor);
        _read.Enqueue(tick);
    }

    /// <summary>An observer is told these; all observers of one delivery are told the same.</summary>
    public void Tell(Tick tick, ClockTime floor)
    {
        Check(tick, floor);
        _told.AddOrUpdate(tick, 1, static (_, times) => times + 1);
    }

    /// <summary>An OnNext begins.</summary>
    public void Enter()
    {
        if (Interlocked.Exchange(ref _inside, 1) != 0)
        {
            Fault("INV-6: OnNext overlaps itself");
        }
    }

    /// <summary>An OnNext ends.</summary>
    public void Leave() => Volatile.Write(ref _inside, 0);

    public void Fault(string what) => _faults.Enqueue($"timer {id}: {what}");

    /// <summary>Whether the books are closed by an image: what was told, and what the image holds unread, is forward of its reading.</summary>
    /// <returns>What is wrong, or null.</returns>
    public string? CloseWith(NamespaceImage image)
    {
        var timer = image.Timers.Single(t => t.Id == id);
        var told = Row(out var gap);
        var now = image.Readings[timer.Base];
        var expected = Passed(now);
        return gap ?? (told + Unread(timer, now) == expected ? null : $"timer {id}: {told} told and {Unread(timer, now)} unread of {expected}; {timer}");
    }

    /// <summary>
    /// Whether an image that was taken on the way cuts the row between two pieces, the ones before it read before its moment and the
    /// others after it.
    /// </summary>
    /// <returns>What is wrong, or null.</returns>
    public string? CutBy(NamespaceImage image)
    {
        var timer = image.Timers.Single(t => t.Id == id);
        var now = image.Readings[timer.Base];
        var told = Passed(now) - Unread(timer, now);
        var before = Pieces().TakeWhile(p => p.Start < told).ToList();
        var after = Pieces().SkipWhile(p => p.Start < told);
        return before.Aggregate(0L, static (sum, p) => sum + p.Count) != told ? $"timer {id}: the image at {now} stands inside a piece: {told} told"
            : before.Any(p => p.At > now) || after.Any(p => p.At < now) ? $"timer {id}: {told} told by {now}, but they were not"
            : null;

        IEnumerable<(long Start, long Count, ClockTime At)> Pieces() => Sorted().Select(t => (Start(t), (long)t.Expirations, t.At));
    }

    private void Check(Tick tick, ClockTime floor)
    {
        if (tick.At < floor)
        {
            Fault($"INV-7: {tick}, but the clock had been set to {floor} or later");
        }

        if (tick.Due > tick.At)
        {
            Fault($"INV-2: {tick} is early");
        }

        if (tick.Expirations == 0 || (tick.Due.Nanoseconds - firstNs) % intervalNs != 0)
        {
            Fault($"{tick} has no place in the row");
        }
    }

    private IEnumerable<Tick> Sorted() => _read.Concat(_told.Keys).OrderBy(static t => t.Due.Nanoseconds);

    /// <summary>How many expirations were told, if they lie end to end.</summary>
    private long Row(out string? gap)
    {
        var end = 0L;
        gap = null;
        foreach (var tick in Sorted())
        {
            gap ??= Start(tick) == end ? null : $"timer {id}: {tick} begins with expiration {Start(tick)} where {end} is next";
            end += (long)tick.Expirations;
        }

        return end;
    }

    private long Start(in Tick tick) => (tick.Due.Nanoseconds - firstNs) / intervalNs;

    private long Passed(ClockTime now) => now.Nanoseconds < firstNs ? 0 : ((now.Nanoseconds - firstNs) / intervalNs) + 1;

    /// <summary>What is unread in an image; a deadline that had passed and had not been served yet is unread as well (B6).</summary>
    private long Unread(in TimerImage timer, ClockTime now)
    {
        var late = timer.IsArmed || timer.IsExpired ? now.Since(timer.Deadline) : -1;
        var overruns = late < 0 ? 0 : (late / intervalNs) + 1;
        return (long)timer.Ticks + overruns - (timer.IsExpired ? 1 : 0);
    }
}
