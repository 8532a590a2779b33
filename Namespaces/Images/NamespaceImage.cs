using System.Collections.Immutable;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Images;

/// <summary>One timer as a checkpoint found it. All points are on the timer's base clock, in the time of its namespace.</summary>
/// <remarks>
/// The state is kept raw, as the timer had it, so that a restore at the same instant changes nothing that can be observed
/// (INV-5). What a reader would have been given is worked out by <see cref="NamespaceImage.Unread"/>.
/// </remarks>
public readonly record struct TimerImage
{
    /// <summary>1 or more; unique in its image.</summary>
    public required long Id { get; init; }

    /// <summary>Unique in its image, or null.</summary>
    public string? Name { get; init; }

    /// <summary>The timer's clock.</summary>
    public required ClockId Clock { get; init; }

    /// <summary>Set to a point on the clock rather than to a time from then.</summary>
    public bool IsAbsolute { get; init; }

    /// <summary>The flags that fdinfo shows.</summary>
    public SettimeFlags Flags { get; init; }

    /// <summary>Waiting for its deadline.</summary>
    public bool IsArmed { get; init; }

    /// <summary>Its deadline passed and nobody has read it since. Then <see cref="Ticks"/> is at least 1.</summary>
    public bool IsExpired { get; init; }

    /// <summary>The next deadline, or the one that passed; zero when neither.</summary>
    public ClockTime Deadline { get; init; }

    /// <summary>0 for a one-shot, else at least 1.</summary>
    public long IntervalNs { get; init; }

    /// <summary>The unread count, to which an expired periodic timer's overruns are still to be added.</summary>
    public ulong Ticks { get; init; }

    /// <summary>The first deadline that passed since the last read.</summary>
    public ClockTime? FirstDue { get; init; }

    /// <summary>On the list of timers that a clock set cancels.</summary>
    public bool MightCancel { get; init; }

    /// <summary>The wall clock was set under it and nobody has been told yet.</summary>
    public bool IsCancelPending { get; init; }

    /// <summary>REALTIME - MONOTONIC that it remembers, in nanoseconds (rule X5).</summary>
    public long RememberedWallOffsetNs { get; init; }

    /// <summary>The base clock that <see cref="Deadline"/> is a point on.</summary>
    public ClockBase Base => Clock.QueueBase(IsAbsolute);
}

/// <summary>
/// A namespace as a checkpoint wrote it down: its clocks, its offsets and its timers. Immutable. It came from a live namespace
/// or from a file, which refuses what is damaged or impossible.
/// </summary>
public sealed class NamespaceImage
{
    private ImmutableArray<TimerImage> _timers = [];

    /// <summary>The timers as records, or such that are still to be put in order; none of an image that was built by hand.</summary>
    private object? _packed;

    /// <summary>The namespace's name.</summary>
    public required string Name { get; init; }

    /// <summary>The name of the host it ran on, or empty.</summary>
    public string HostName { get; init; } = "";

    /// <summary>The offsets it had.</summary>
    public required ClockOffsets Offsets { get; init; }

    /// <summary>Its clocks at the checkpoint; of a frozen namespace at the freeze.</summary>
    public required ClockReadings Readings { get; init; }

    /// <summary>Its host's clocks at the checkpoint.</summary>
    public required ClockReadings Host { get; init; }

    /// <summary>It was frozen when the checkpoint was taken. A restore sets it going.</summary>
    public bool WasFrozen { get; init; }

    /// <summary>What a restore does with absolute timers: keep or relative.</summary>
    public AbsoluteTimers Absolute { get; init; }

    /// <summary>A timer had been created in it, so that its MONOTONIC and BOOTTIME may only be moved forward.</summary>
    public bool HasHadTimers { get; init; }

    /// <summary>The id that its next timer gets.</summary>
    public long NextTimerId { get; init; } = 1;

    /// <summary>How many timers of delegates (TimeProvider, IScheduler) there were that no image can hold.</summary>
    public int EphemeralTimers { get; init; }

    /// <summary>The timers, in the order in which they were armed.</summary>
    /// <remarks>
    /// An image keeps them packed, and unpacks all of them when this is asked for first: some ninety bytes a timer.
    /// <see cref="TimerCount"/> and <see cref="EnumerateTimers"/> do without.
    /// </remarks>
    public ImmutableArray<TimerImage> Timers
    {
        get
        {
            if (_timers.IsDefault)
            {
                _timers = Records.Unpack(Readings);
            }

            return _timers;
        }

        init
        {
            _timers = value.IsDefault ? [] : value;
            TimerCount = _timers.Length;
        }
    }

    /// <summary>How many timers there are.</summary>
    public int TimerCount { get; private set; }

    /// <summary>Every rule has been checked (<see cref="ImageRules"/>). An image does not change, so once is enough.</summary>
    internal bool IsChecked { get; set; }

    /// <summary>The rules for timers were checked before the image got them.</summary>
    internal bool HoldsChecked => _packed is not null;

    /// <summary>The timers as records; of an image that was built by hand its rules must have been checked.</summary>
    /// <exception cref="ImageException">They take more than 2 GiB.</exception>
    internal TimerRecords Records
    {
        get
        {
            // Whoever comes at the same time makes the same again.
            var packed = _packed as TimerRecords ?? (_packed as UnorderedRecords)?.Arrange() ?? TimerRecords.Of(_timers.AsSpan(), Readings);
            _packed = packed;
            return packed;
        }
    }

    /// <summary>Does what a checkpoint has left until nobody waits for it any more.</summary>
    internal void Arrange()
    {
        if (_packed is UnorderedRecords)
        {
            _ = Records;
        }
    }

    /// <summary>The timers one after another, in the order in which they were armed, without unpacking all of them at once.</summary>
    public IEnumerable<TimerImage> EnumerateTimers() => _timers.IsDefault ? Records.Walk(Readings) : (IEnumerable<TimerImage>)_timers;

    /// <summary>The host's wall clock at the checkpoint.</summary>
    public Instant TakenAt => Host.Realtime.ToInstant();

    /// <summary>Time to a timer's next expiration at the checkpoint, periods already passed counted off; zero when none will come.</summary>
    public Duration Remaining(in TimerImage timer)
    {
        var now = Readings[timer.Base].Nanoseconds;
        if (timer.IsArmed)
        {
            return Duration.FromNanoseconds(Math.Max(0, ClockTime.SubtractSaturating(timer.Deadline.Nanoseconds, now)));
        }

        if (!timer.IsExpired || timer.IntervalNs == 0)
        {
            return Duration.Zero;
        }

        Forward.Count(timer.Deadline.Nanoseconds, timer.IntervalNs, now, out var next);
        return Duration.FromNanoseconds(ClockTime.SubtractSaturating(next, now));
    }

    /// <summary>What a read at the checkpoint would have returned (rule F4).</summary>
    public ulong Unread(in TimerImage timer)
    {
        if (!timer.IsExpired || timer.IntervalNs == 0)
        {
            return timer.Ticks;
        }

        var overruns = Forward.Count(timer.Deadline.Nanoseconds, timer.IntervalNs, Readings[timer.Base].Nanoseconds, out _);
        return Forward.Unread(timer.Ticks, overruns);
    }

    /// <summary>Gives an image its timers, whose rules have been checked, before anybody else sees it.</summary>
    internal void Hold(TimerRecords records) => Hold(records, records.Count);

    /// <inheritdoc cref="Hold(TimerRecords)"/>
    internal void Hold(UnorderedRecords records) => Hold(records, records.Count);

    /// <summary>Gives an image timers whose rules are still to be checked.</summary>
    internal void Hold(ImmutableArray<TimerImage> timers)
    {
        _timers = timers;
        TimerCount = timers.Length;
    }

    private void Hold(object packed, int timers)
    {
        _timers = default;
        _packed = packed;
        TimerCount = timers;
    }
}
