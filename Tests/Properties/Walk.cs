using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Tests.Namespaces;
using TimeNs.Timers;

namespace TimeNs.Tests.Properties;

/// <summary>
/// One timer in one namespace, taken through everything that must not lose or invent an expiration, with the books kept of what
/// its readers were told. No clock goes back in it.
/// </summary>
internal sealed class Walk
{
    private readonly Rig _rig = new();
    private readonly long _first;
    private TimeNamespace _ns;

    public Walk(int clock, int flags, long value, long interval)
    {
        _ns = _rig.Create("a");
        var timer = _ns.CreateTimer((ClockId)clock, null, _rig.Host);
        var start = _ns.ReadAt(_rig.Host)[((ClockId)clock).QueueBase((flags & 1) != 0)].Nanoseconds;
        _first = start + value;
        _rig.Set(_ns, timer, (flags & 1) != 0 ? _first : value, interval, flags);
    }

    /// <summary>What readers were told.</summary>
    public UInt128 Read { get; private set; }

    public UInt128 Unread => Timer.PeekExpirations(_ns.ReadAt(_rig.Host)) + (UInt128)(Timer.IsArmed ? Timer.PassedBy(Now) : 0);

    /// <summary>The deadlines in [first, now].</summary>
    public UInt128 Expected => Now.Nanoseconds < _first ? 0
        : Timer.IntervalNs == 0 ? 1
        : (UInt128)((Now.Nanoseconds - _first) / Timer.IntervalNs) + 1;

    /// <summary>The least lateness of any tick told: below zero would be early.</summary>
    public long Earliest { get; private set; } = long.MaxValue;

    private TimerState Timer => _ns.FindTimer(1)!;

    private ClockTime Now => _ns.ReadAt(_rig.Host)[Timer.Base];

    public void Step(Op op)
    {
        var by = Math.Abs(op.Value % 100);
        switch (op.Verb)
        {
            case Verb.Advance:
                for (var end = _rig.Host.Plus(by).Monotonic; _rig.Host.Monotonic < end;)
                {
                    _rig.Host = _rig.Host.Plus(Math.Clamp(_rig.NextIn(), 1, end.Since(_rig.Host.Monotonic)));
                    Settle();
                }

                break;
            case Verb.Jump:
                _rig.Host = _rig.Host.Plus(by);
                break;
            case Verb.Suspend:
                _rig.Jump(by, by);
                break;
            case Verb.SetOffsets:
                var o = _ns.Offsets;
                _ns.SetOffsets(new(o.RealtimeNs + by, o.MonotonicNs + (op.Flags * 5), o.BoottimeNs + op.Policy), _rig.Host);
                break;
            case Verb.Read when _ns.Read(Timer, _rig.Host, out var read) == ReadStatus.Ticks:
                Book(read.Tick);
                break;
            case Verb.Get:
                _ns.GetTime(Timer, _rig.Host);
                break;
            case Verb.Watch:
                _ns.Watch(Timer, op.Flags != 0);
                break;
            case Verb.Freeze when !_ns.IsFrozen:
                _ns.Freeze(_rig.Host);
                break;
            case Verb.Thaw when _ns.IsFrozen:
                _ns.Thaw(Policy(op), _rig.Host);
                break;
            case Verb.Migrate:
                var image = _rig.Checkpoint(_ns);
                _rig.Table.Remove(_ns);
                _rig.Host = _rig.Host.Plus(by);
                _ns = _rig.Restore(image, Policy(op));
                break;
            case Verb.Settle:
                Settle();
                break;
        }

        _rig.Table.CheckInvariants();
    }

    /// <summary>Any clocks, and every period counted.</summary>
    private static RestorePolicy Policy(Op op) => new()
    {
        Realtime = op.Policy % 2 == 0 ? ClockPolicy.Wall : ClockPolicy.Frozen,
        Monotonic = op.Policy % 3 == 0 ? ClockPolicy.Frozen : ClockPolicy.Elapsed,
        Boottime = op.Policy % 5 == 0 ? ClockPolicy.Frozen : ClockPolicy.Elapsed,
    };

    private void Settle()
    {
        _rig.Table.ExpireDue(_rig.Host);
        var deliveries = new DeliveryBatch();
        _rig.Table.Collect(_rig.Host, deliveries);
        foreach (var delivery in deliveries.Items)
        {
            Book(delivery.Read.Tick);
        }
    }

    private void Book(Tick tick)
    {
        Read += tick.Expirations;
        Earliest = tick.IsCanceled ? Earliest : Math.Min(Earliest, tick.LatenessNs);
    }
}
