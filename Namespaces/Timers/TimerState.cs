using System.Diagnostics;
using TimeNs.Clocks;

namespace TimeNs.Timers;

/// <summary>
/// A timer, by its place in the store and the generation that it was given there. Small and copied freely; default is none.
/// </summary>
/// <remarks>
/// It outlives its timer: then <see cref="IsClosed"/> says so and nothing else may be asked of it, since its node may be another
/// timer's by now.
/// </remarks>
internal readonly struct TimerState : IEquatable<TimerState>
{
    private readonly uint _generation;

    public TimerState(TimeNamespace ns, int index)
        : this(ns, index, ns.Store.At(index))
    {
    }

    public TimerState(TimeNamespace ns, int index, uint generation)
    {
        Namespace = ns;
        Index = index;
        _generation = generation;
    }

    public TimerState(TimeNamespace ns, int index, in TimerNode node)
    {
        Namespace = ns;
        Index = index;
        _generation = node.Generation;
    }

    public int Index { get; }

    /// <summary>At most <see cref="TimerNode.LastGeneration"/>.</summary>
    public uint Generation => _generation;

    /// <summary>Asks for the timer's memory, before the lock is taken and the clock is read.</summary>
    public void Prefetch() => Namespace?.Store.PrefetchNode(Index);

    public bool IsNull => Namespace is null;

    /// <summary>The timer is gone, and its node may be another's. From any thread.</summary>
    public bool IsClosed
    {
        get
        {
            var word = Namespace.Store.At(Index).Word;
            return TimerNode.GenerationOf(word) != _generation || (word & TimerNode.Closed) != 0;
        }
    }

    /// <summary>Unique in its namespace, kept by an image.</summary>
    public long Id => Store.IdOf(Index);

    public string? Name => Store.NameOf(Index);

    public ClockId Clock => State.Clock;

    /// <summary>The namespace it belongs to; null for none.</summary>
    public TimeNamespace Namespace { get; }

    /// <summary>Belongs to a delegate of the running process (TimeProvider, IScheduler): in no image.</summary>
    public bool IsEphemeral => State.Is(TimerNode.Ephemeral);

    /// <summary>Someone reads at every wake-up: an observer or a waiting read.</summary>
    public bool IsWatched => State.Is(TimerNode.Watched);

    /// <summary>What the owner of the namespace hangs on the timer; none on a closed one.</summary>
    public object? Tag => IsNull || IsClosed ? null : Store.TagOf(Index);

    public ClockBase Base => State.Base;

    public long Deadline => State.Deadline;

    public long IntervalNs => State.IntervalNs;

    public bool IsArmed => State.IsArmed;

    public bool IsExpired => State.IsExpired;

    public bool IsAbsolute => State.IsAbsolute;

    public ulong Ticks => State.Ticks;

    public SettimeFlags Flags => State.Flags;

    public long RememberedWallOffset => State.RememberedWallOffset;

    public bool IsCancelPending => State.Is(TimerNode.CancelPending);

    /// <summary>On the cancel list (<c>might_cancel</c>); kept by the namespace.</summary>
    public bool MightCancel => State.Is(TimerNode.MightCancel);

    public long? FirstDue => State.FirstDue;

    /// <summary>Armed to a deadline that comes.</summary>
    public bool IsQueued => State.IsQueued;

    /// <summary>
    /// Whoever is told of its ticks. From any thread, where another's may come for a timer that is closed meanwhile: what it says counts
    /// if <see cref="Stands"/> is true afterwards.
    /// </summary>
    public object? Told => ToldIn(Namespace.Store);

    /// <summary>The same for whoever has the store at hand: the namespace of one tick among many is not in the cache.</summary>
    public object? ToldIn(TimerStore store) => store.ToldOf(Index);

    /// <summary>
    /// True for a live timer in this epoch, and where so wanted in a later one if it may still be cancelled. From any thread, by one
    /// look at the timer.
    /// </summary>
    public bool Stands(TimerStore store, int epoch, bool orMightCancel)
    {
        var word = store.At(Index).Word;
        return TimerNode.GenerationOf(word) == _generation && (word & TimerNode.Closed) == 0
            && (TimerNode.EpochOf(word) == epoch || (orMightCancel && (word & TimerNode.MightCancel) != 0));
    }

    public int Epoch => State.Epoch;

    public long Sequence => State.Sequence;

    /// <summary>False for a closed one.</summary>
    public bool IsReadable => !IsClosed && State.IsReadable;

    public bool IsAlive => State.IsAlive;

    /// <inheritdoc cref="TimerNode.PeekExpirations"/>
    public ulong PeekExpirations(in ClockReadings now) => State.PeekExpirations(now[Base].Nanoseconds);

    /// <inheritdoc cref="TimerNode.Remaining"/>
    public long Remaining(in ClockReadings now) => State.Remaining(now[Base].Nanoseconds);

    /// <inheritdoc cref="TimerNode.PassedBy"/>
    public ulong PassedBy(ClockTime now) => State.PassedBy(now);

    /// <summary>What a read would return at a moment by which the armed timer will have expired.</summary>
    public ulong PeekAfterExpiry(in ClockReadings then) =>
        PassedBy(then[Base]) is var passed && Ticks > ulong.MaxValue - passed ? ulong.MaxValue : Ticks + passed;

    /// <summary>Writes the timer down as it is.</summary>
    public Images.TimerImage Save()
    {
        ref readonly var node = ref State;
        return new()
        {
            Id = Id,
            Name = Name,
            Clock = node.Clock,
            IsAbsolute = node.IsAbsolute,
            Flags = node.Flags,
            IsArmed = node.IsArmed,
            IsExpired = node.IsExpired,
            Deadline = node.IsArmed || node.IsExpired ? new ClockTime(node.Deadline).Plus(Store.DropOf(Index)) : ClockTime.Zero,
            IntervalNs = node.IntervalNs,
            Ticks = node.Ticks,
            FirstDue = node.FirstDue is { } due ? new ClockTime(due) : null,
            MightCancel = node.Is(TimerNode.MightCancel),
            IsCancelPending = node.Is(TimerNode.CancelPending),
            RememberedWallOffsetNs = node.RememberedWallOffset,
        };
    }

    public bool Equals(TimerState other) => Namespace == other.Namespace && Index == other.Index && _generation == other._generation;

    public override bool Equals(object? obj) => obj is TimerState other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Index, _generation);

    public static bool operator ==(TimerState left, TimerState right) => left.Equals(right);

    public static bool operator !=(TimerState left, TimerState right) => !left.Equals(right);

    private TimerStore Store
    {
        get
        {
            Debug.Assert(!IsNull && State.Generation == _generation, "the timer is one, and not another's by now");
            return Namespace.Store;
        }
    }

    public ref readonly TimerNode Node => ref State;

    private ref readonly TimerNode State
    {
        get
        {
            ref readonly var node = ref Namespace.Store.At(Index);
            Debug.Assert(node.Generation == _generation, "the timer is not another's by now");
            return ref node;
        }
    }
}
