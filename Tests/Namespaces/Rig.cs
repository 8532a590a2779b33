using NodaTime;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Timers;

namespace TimeNs.Tests.Namespaces;

/// <summary>The product's core on a host whose clocks are numbers: the part of the engine, without threads.</summary>
internal sealed class Rig(ClockReadings host)
{
    /// <summary>Stops at deadlines in one advance, before the rest of it is jumped.</summary>
    public const int MaxStops = 60;

    public static readonly ClockBase[] Bases = [ClockBase.Realtime, ClockBase.Monotonic, ClockBase.Boottime];

    public NamespaceTable Table { get; } = new();

    public ClockReadings Host { get; set; } = host;

    /// <summary>REALTIME 10000, MONOTONIC 5000, BOOTTIME 7000: small enough to work out in one's head.</summary>
    public Rig()
        : this(new ClockReadings(new(10_000), new(5_000), new(7_000)))
    {
    }

    public TimeNamespace Create(string name, long realtime = 0, long monotonic = 0, long boottime = 0) =>
        Table.Create(name, new ClockOffsets(realtime, monotonic, boottime), Host);

    /// <summary>A new timer, set; flags as the kernel's, all times in nanoseconds.</summary>
    public TimerState Armed(TimeNamespace ns, ClockId clock, long value, long interval = 0, int flags = 0, string? name = null)
    {
        var timer = ns.CreateTimer(clock, name, Host);
        Set(ns, timer, value, interval, flags);
        return timer;
    }

    public SettimeResult Set(TimeNamespace ns, TimerState timer, long value, long interval = 0, int flags = 0) => ns.SetTime(
        timer, TimerSetting.FromTimespec((SettimeFlags)flags, Timespec.FromNanoseconds(value), Timespec.FromNanoseconds(interval)), Host);

    /// <summary>Time goes by; what was delivered is told.</summary>
    public string Pass(long by)
    {
        Host = Host.Plus(by);
        return Settle();
    }

    public NamespaceImage Checkpoint(TimeNamespace ns, AbsoluteTimers absolute = AbsoluteTimers.Keep) => ns.Checkpoint(absolute, "here", Host);

    public TimeNamespace Restore(NamespaceImage image, RestorePolicy? policy = null, string? name = null) =>
        Table.Restore(image, policy ?? RestorePolicy.Suspend, name, Host);

    public TimerState Timer(string ns, long id) => Table.Find(ns)!.FindTimer(id)!;

    /// <summary>The wall clock is set or the machine resumes.</summary>
    public void Jump(long realtime, long boottime)
    {
        Host = Host with { Realtime = Host.Realtime.Plus(realtime), Boottime = Host.Boottime.Plus(boottime) };
        Table.HostClockWasSet(Host);
    }

    /// <summary>Expires what is due and delivers it: one turn of an engine.</summary>
    public string Settle()
    {
        var expired = Table.ExpireDue(Host);
        var deliveries = new DeliveryBatch();
        Table.Collect(Host, deliveries);
        return $"{expired}: {string.Join("; ", deliveries.Items.ToArray().Select(static d => $"{d.Timer.Namespace.Name}.{d.Timer.Id}: {Text(d.Read.Tick)}"))}";
    }

    /// <summary>Through every deadline in order.</summary>
    public string Advance(long by)
    {
        var told = new List<string> { Settle() };
        for (var stops = 0; by > 0; stops++)
        {
            var step = stops == MaxStops ? by : Math.Clamp(Math.Min(by, NextIn()), 0, by);
            Host = Host.Plus(step);
            by -= step;
            told.Add(Settle());
        }

        return string.Join("\n", told);
    }

    /// <summary>Nanoseconds to the next deadline on any clock.</summary>
    public long NextIn() => Bases
        .Min(c => Table.NextDeadline(c) is { IsNever: false } next ? next.Since(Host[c]) : long.MaxValue);

    public string Read(TimeNamespace ns, TimerState t) => ns.Read(t, Host, out var read) switch
    {
        ReadStatus.Empty => "EAGAIN",
        ReadStatus.SteppedBack => "SteppedBack",
        _ => Text(read.Tick),
    };

    /// <summary>A settime as the kernel takes it.</summary>
    public string SetRaw(TimeNamespace ns, TimerState t, int flags, (long S, long N) value, (long S, long N) interval)
    {
        var setting = TimerSetting.FromTimespec((SettimeFlags)flags, new(value.S, value.N), new(interval.S, interval.N));
        var result = ns.SetTime(t, setting, Host);
        return Text(result.Old) + (result.Canceled ? " ECANCELED" : "");
    }

    public string Forecast(NamespaceImage image, RestorePolicy policy, long within) => string.Join("; ",
        Forecaster.Run(image, policy, Duration.FromNanoseconds(within), Host).Fires.Select(static f =>
            $"{f.TimerId} in {f.In.ToInt64Nanoseconds()} x{f.Expirations} due {f.Deadline.Nanoseconds}{(f.IsCanceled ? " canceled" : "")}"));

    /// <summary>Everything there is to know, in lines; without the order of arming.</summary>
    public string Describe() =>
        string.Join("\n", Table.Namespaces.OrderBy(static n => n.Name, StringComparer.Ordinal).SelectMany(Describe))
        + $"\nnext {string.Join(' ', Bases.Select(c => Table.NextDeadline(c) is { IsNever: false } next ? next.Since(Host[c]).ToString() : "never"))}";

    public IEnumerable<string> Describe(TimeNamespace ns)
    {
        var now = ns.ReadAt(Host);
        return ns.Timers.OrderBy(static t => t.Id).Select(t => Line(ns, t, now)).Prepend(
            $"{ns.Name} {ns.Offsets.RealtimeNs} {ns.Offsets.MonotonicNs} {ns.Offsets.BoottimeNs} now {now.Realtime.Nanoseconds} {now.Monotonic.Nanoseconds} {now.Boottime.Nanoseconds} frozen {ns.IsFrozen} {ns.HasHadTimers}");
    }

    public static string Text(TimerValue value) => $"{value.ValueNs}/{value.IntervalNs}";

    public static string Text(Tick tick) => tick.IsCanceled
        ? $"ECANCELED at {tick.At.Nanoseconds}"
        : $"{tick.Expirations} due {tick.Due.Nanoseconds} at {tick.At.Nanoseconds}";

    /// <summary>What a call answered, a refusal as its errno.</summary>
    public static string Answer(Func<object?> call)
    {
        try
        {
            return call() as string ?? "";
        }
        catch (OffsetRangeException)
        {
            return "ERANGE";
        }
        catch (TimeNamespaceException refused)
        {
            return refused.Errno.ToString();
        }
        catch (ImageException damaged)
        {
            return $"image: {damaged.Message}";
        }
        catch (ArgumentException)
        {
            return "EINVAL";
        }
    }

    private string Line(TimeNamespace ns, TimerState t, ClockReadings now) => string.Join(' ',
        t.Id, (int)t.Clock, (int)t.Flags, "ticks", t.Ticks, t.PeekExpirations(now), "left", ns.Peek(t, Host).ValueNs, t.IntervalNs, "at", t.IsArmed || t.IsExpired ? t.Deadline : 0,
        t.IsArmed, t.IsExpired, t.IsAbsolute, "cancel", t.MightCancel, t.IsCancelPending, t.RememberedWallOffset, "first", t.FirstDue);
}
