using NodaTime;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Tests.Engine;
using TimeNs.Timers;

namespace TimeNs.Tests.Concurrency;

/// <summary>The one thread that changes a namespace under its readers. No clock of it goes back, so that the books of its timers stay a row.</summary>
internal sealed class StressChanger
{
    private static readonly RestorePolicy[] Policies = [RestorePolicy.Suspend, RestorePolicy.Criu, RestorePolicy.Gvisor];

    private readonly RuntimeNamespace _ns;
    private readonly Moment _moment;
    private readonly Random _random;
    private readonly object _gate = new();
    private int _beats;

    public StressChanger(RuntimeNamespace ns, Moment moment, int seed)
    {
        (_ns, _moment, _random) = (ns, moment, new Random(seed));
        var beat = ns.Runtime.Host.CreateTimer(ClockId.Monotonic);
        beat.Ticks.Subscribe(_ => Beat());
        beat.Set(TimerSetting.Every(Duration.FromMilliseconds(0.2)));
    }

    /// <summary>What was found wrong on the way.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Images taken on the way.</summary>
    public List<NamespaceImage> Images { get; } = [];

    public void Step()
    {
        switch (_random.Next(5))
        {
            case 0:
                Stand();
                break;
            case 1:
                SetOffsets();
                break;
            case 2:
                Images.Add(_ns.Checkpoint());
                break;
            case 3:
                OpenAndClose();
                break;
            default:
                LetTimePass();
                break;
        }
    }

    /// <summary>Another namespace is closed while its timers tick; nothing is told once that has returned.</summary>
    private void OpenAndClose()
    {
        var closed = 0;
        var late = 0;
        var ns = _ns.Runtime.CreateNamespace("b");
        for (var i = 0; i < 3; i++)
        {
            var timer = ns.CreateTimer(ClockIds.All[i]);
            timer.Ticks.Subscribe(_ => Interlocked.Add(ref late, Volatile.Read(ref closed)));
            timer.Set(TimerSetting.At(ClockTime.Zero.Plus(1), Duration.FromMilliseconds(0.05), cancelOnSet: false));
        }

        ns.Dispose();
        Volatile.Write(ref closed, 1);
        LetTimePass();
        if (Volatile.Read(ref late) != 0)
        {
            Faults.Add("a tick of a closed namespace was told");
        }
    }

    /// <summary>The engine goes on serving the host while the namespace stands.</summary>
    private void Stand()
    {
        _ns.Freeze();
        var standing = _ns.ReadClocks();
        _moment.Stand(standing);
        LetTimePass();
        _moment.GoOn();
        _ns.Thaw(Policies[_random.Next(Policies.Length)]);
        _moment.Raise(standing);
    }

    private void SetOffsets()
    {
        var before = _ns.Runtime.ReadClocks();
        var old = _ns.Offsets;
        var offsets = new ClockOffsets(old.RealtimeNs + Ahead(), old.MonotonicNs + Ahead(), old.BoottimeNs + Ahead());
        _ns.SetOffsets(offsets);
        _moment.Raise(offsets.ToNamespace(before));
    }

    private long Ahead() => _random.Next(3) == 0 ? 0 : _random.NextInt64(3_600_000_000_000);

    /// <summary>Waits for two ticks of the host's timer.</summary>
    private void LetTimePass()
    {
        lock (_gate)
        {
            for (var last = _beats; _beats < last + 2;)
            {
                if (!Monitor.Wait(_gate, EngineTest.Patience))
                {
                    throw new TimeoutException("the host's timer has stopped");
                }
            }
        }
    }

    private void Beat()
    {
        lock (_gate)
        {
            _beats++;
            Monitor.PulseAll(_gate);
        }
    }
}
