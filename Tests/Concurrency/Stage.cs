using NodaTime;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Tests.Engine;
using TimeNs.Timers;

namespace TimeNs.Tests.Concurrency;

/// <summary>
/// A namespace with timers in every state, at standing time and with the engine asleep, on which threads call at once. What each call
/// gave, what is left, and what the engine does with it once it wakes, is one text: two stages on which the same happened have the same.
/// </summary>
internal sealed class Stage : IDisposable
{
    public const int Timers = 4;

    private readonly HeldKernel _kernel = new();
    private readonly TimeRuntime _runtime;
    private readonly RuntimeNamespace _ns;
    private readonly NamespaceTimer[] _timers;
    private readonly NamespaceImage _image;
    private readonly IDisposable _subscription;
    private readonly List<string> _results = [];
    private readonly List<string> _told = [];
    private readonly Lazy<string> _text;

    public Stage()
    {
        _text = new Lazy<string>(Close);
        _runtime = TimeRuntime.Start(new TimeRuntimeOptions { Kernel = _kernel, HostName = "test" });
        _ns = _runtime.CreateNamespace("a", ClockOffsets.Of(Duration.FromHours(1), Duration.FromHours(2), Duration.FromHours(3)));
        WakeEngine();
        _timers = [.. Enumerable.Range(0, Timers).Select(i => _ns.CreateTimer(ClockIds.All[i]))];
        _ns.Changes.Subscribe(change => _told.Add(change.ToString()));
        _subscription = Observe(2);
        _timers[0].Set(TimerSetting.At(Later(ClockId.Realtime, 1_000_000_000), Duration.FromSeconds(1), cancelOnSet: true));
        _timers[1].Set(TimerSetting.Every(Duration.FromMilliseconds(10)));
        _timers[2].Set(TimerSetting.Every(Duration.FromMilliseconds(10)));
        _kernel.Advance(Duration.FromMilliseconds(55));
        _image = _ns.Checkpoint();
        _kernel.Settle();
        _kernel.Hold();
    }

    /// <summary>Makes a call and keeps what it gave. From any thread.</summary>
    public void Do(StageOp op)
    {
        var result = Try(op);
        lock (_results)
        {
            _results.Add($"{op} gave {result}");
        }
    }

    /// <summary>All that there is to see. Asked for once nobody calls any more; the stage ends with it. From any thread.</summary>
    public override string ToString() => _text.Value;

    public void Dispose() => _runtime.Dispose();

    private string Close()
    {
        _results.Sort(StringComparer.Ordinal);
        _results.Add($"then: {Describe()}");
        _kernel.Release();
        WakeEngine();
        _kernel.Settle();
        _results.AddRange(_told);
        _results.Add($"at last: {Describe()}");
        _runtime.CheckInvariants();
        Dispose();
        return string.Join('\n', _results);
    }

    private string Try(StageOp op)
    {
        try
        {
            return Call(op);
        }
        catch (TimeNamespaceException e)
        {
            return e.Errno.ToString();
        }
        catch (Exception e) when (e is OffsetRangeException or ObjectDisposedException)
        {
            return e.GetType().Name;
        }
    }

    private string Call(StageOp op)
    {
        var timer = _timers[op.Timer];
        switch (op.Verb)
        {
            case StageVerb.Set:
                return timer.Set(Setting(timer, op.Number)).ToString();
            case StageVerb.Get:
                return timer.Get().ToString();
            case StageVerb.Read:
                return $"{timer.TryRead(out Tick tick)} {tick}";
            case StageVerb.SetTicks:
                return $"{timer.SetTicks((ulong)op.Number + 1)}";
            case StageVerb.Poll:
                return $"{timer.IsReadable}";
            case StageVerb.Fdinfo:
                return timer.DescribeFd();
            case StageVerb.Close:
                timer.Dispose();
                return "";
            case StageVerb.Subscribe:
                Observe(op.Timer);
                return "";
            case StageVerb.Unsubscribe:
                _subscription.Dispose();
                return "";
            case StageVerb.Create:
                return $"{_ns.CreateTimer(ClockIds.All[op.Timer], op.Number < 3 ? null : $"new {op.Number % 2}").Id}";
            case StageVerb.Find:
                return op.Number == 0 ? $"{_ns.Timers.Count}" : $"{_ns.FindTimer($"new {op.Number % 2}")?.Id}";
            case StageVerb.Clocks:
                return op.Number switch { 0 => $"{_ns.IsFrozen}", 1 => $"{_ns.Offsets}", 2 => $"{_ns.IsClosed}", _ => $"{_ns.ReadClocks()}" };
            default:
                return Change(op);
        }
    }

    private string Change(StageOp op)
    {
        switch (op.Verb)
        {
            case StageVerb.SetOffsets:
                _ns.SetOffsets(ClockOffsets.Of(Duration.FromHours(1 + op.Timer), Duration.FromHours(2) + Duration.FromMilliseconds(7 * op.Number), Duration.FromHours(3)));
                return "";
            case StageVerb.SetRealtime:
                _ns.SetRealtime(Instant.FromUtc(2026, 1, 1, 1 + op.Number, 0));
                return "";
            case StageVerb.Freeze:
                _ns.Freeze();
                return "";
            case StageVerb.Thaw:
                _ns.Thaw();
                return "";
            case StageVerb.Restore:
                return _runtime.Restore(_image, name: $"copy {op.Timer % 2}").Name;
            default:
                var image = _ns.Checkpoint(op.Number < 6 ? AbsoluteTimers.Keep : AbsoluteTimers.Refuse, stop: op.Verb == StageVerb.Stop);
                return $"{image.Readings} {image.Offsets} {image.WasFrozen} {image.NextTimerId} {string.Join(", ", image.Timers)}";
        }
    }

    private TimerSetting Setting(NamespaceTimer timer, int number) => number switch
    {
        0 => TimerSetting.Disarmed,
        1 => TimerSetting.At(Later(timer.Clock, -3_000_000), Duration.FromMilliseconds(1), cancelOnSet: false),
        2 => TimerSetting.At(Later(timer.Clock, 5_000_000), Duration.Zero, cancelOnSet: true),
        3 => TimerSetting.At(Later(timer.Clock, -1)),
        _ => TimerSetting.Every(Duration.FromMilliseconds(number)),
    };

    /// <summary>A point of the clock as it stood at first, whatever it reads now.</summary>
    private ClockTime Later(ClockId clock, long nanoseconds) =>
        ClockOffsets.Of(Duration.FromHours(1), Duration.FromHours(2), Duration.FromHours(3)).ToNamespace(_kernel.Read())[clock].Plus(nanoseconds);

    /// <summary>The observer's place in the log is where it was told, in the order over all timers.</summary>
    private IDisposable Observe(int timer) =>
        _timers[timer].Ticks.Subscribe(tick => _told.Add($"timer {timer} told {tick}"), () => _told.Add($"timer {timer} closed"));

    private string Describe() => _ns.IsClosed
        ? "closed"
        : $"{_ns.ReadClocks()} {_ns.Offsets} {_ns.IsFrozen} {string.Join(", ", _ns.Timers.OrderBy(static t => t.Id).Select(static t => $"{t.Id} {t.Name} {t.IsReadable} {t.DescribeFd()}"))}";

    /// <summary>Returns when the engine has gone through a turn of its own.</summary>
    private void WakeEngine()
    {
        using var woken = new ManualResetEventSlim();
        using var timer = _runtime.Host.CreateTimer(ClockId.Monotonic);
        using var subscription = timer.Ticks.Subscribe(_ => woken.Set());
        timer.SetTicks(1);
        if (!woken.Wait(EngineTest.Patience))
        {
            throw new TimeoutException("it hangs");
        }
    }
}
