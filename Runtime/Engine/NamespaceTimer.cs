using System.Buffers.Binary;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>
/// A timer of a namespace. It behaves as a Linux timerfd, and its ticks are an observable.
/// </summary>
/// <remarks>
/// <para>Every member may be called from any thread, also from inside OnNext. <see cref="Ticks"/>, <see cref="ReadAsync"/> and the other
/// reads compete: each expiration is told to one of them, a waiting read first, then all observers together.</para>
/// <para>Without a reader a periodic timer stays expired, however many periods pass, and the next read counts them (rule F2).</para>
/// </remarks>
public sealed class NamespaceTimer : IDisposable, IEngineTimer
{
    private readonly TimerEngine _engine;
    private readonly TimerState _state;
    private readonly ObserverList<Tick> _observers;
    private readonly LinkedList<TaskCompletionSource<Tick>> _waiters = new();

    internal NamespaceTimer(RuntimeNamespace ns, TimerEngine engine, TimerState state)
    {
        Namespace = ns;
        _engine = engine;
        _state = state;
        (Id, Name, Clock) = (state.Id, state.Name, state.Clock);
        _observers = new ObserverList<Tick>(exception => engine.ObserverFaulted($"timer {this}", exception), RemoveObserver);
        Ticks = new Stream<Tick>(Subscribe);
    }

    /// <summary>Unique in its namespace, from 1; kept by an image.</summary>
    public long Id { get; }

    /// <summary>Unique in its namespace, or null; kept by an image.</summary>
    public string? Name { get; }

    /// <summary>The clock it runs on.</summary>
    public ClockId Clock { get; }

    /// <summary>The namespace it belongs to.</summary>
    public RuntimeNamespace Namespace { get; }

    /// <summary>True once it, its namespace or its runtime was closed.</summary>
    public bool IsClosed => _state.IsClosed;

    /// <summary>True when a read would return at once: there are unread ticks, or a cancel to tell (rule R3).</summary>
    public bool IsReadable
    {
        get
        {
            lock (_engine.Gate)
            {
                return _state.IsReadable;
            }
        }
    }

    /// <summary>
    /// Its ticks, hot: one OnNext a wake-up with the number of expirations, on the engine's thread, never overlapping. A slow
    /// observer gets fewer ticks with larger counts (<see cref="TickObservable.Conflate"/> moves it off the engine's thread).
    /// OnCompleted when the timer is closed.
    /// </summary>
    /// <remarks>
    /// A subscription is a reader: a timer that is readable already is read at once. An observer that throws loses its subscription
    /// and nothing else happens. After Dispose of a subscription one OnNext that was under way on another thread may still end.
    /// </remarks>
    public IObservable<Tick> Ticks { get; }

    /// <summary>
    /// Sets the timer. What was unread is gone (rule S4). No tick of the old setting is delivered after this, except one whose delivery is
    /// under way on the engine's thread; a notice that the wall clock was set is still told.
    /// </summary>
    /// <returns>What it was set to, as time remaining, and whether a cancel was pending (rules S7, X3).</returns>
    /// <exception cref="ObjectDisposedException">The timer is closed.</exception>
    public SettimeResult Set(TimerSetting setting)
    {
        _state.Prefetch();
        lock (_engine.Gate)
        {
            CheckOpen();
            var result = _state.Namespace.SetTime(_state, setting, _engine.ReadHost());
            _engine.Changed();
            return result;
        }
    }

    /// <summary>Time to the next expiration, and the interval (<c>timerfd_gettime</c>, rules F5, G1).</summary>
    /// <exception cref="ObjectDisposedException">The timer is closed.</exception>
    public TimerValue Get()
    {
        lock (_engine.Gate)
        {
            CheckOpen();
            var value = _state.Namespace.GetTime(_state, _engine.ReadHost());
            _engine.Changed();
            return value;
        }
    }

    /// <summary>Reads without waiting (a non-blocking <c>read</c>, rules F4, F6, X2).</summary>
    /// <param name="tick">The expirations, or the notice of a cancel; default when there is nothing.</param>
    /// <exception cref="ObjectDisposedException">The timer is closed.</exception>
    public ReadStatus TryRead(out Tick tick)
    {
        lock (_engine.Gate)
        {
            CheckOpen();
            var status = _state.Namespace.Read(_state, _engine.ReadHost(), out var read);
            _engine.Changed();
            tick = read.Tick;
            return status;
        }
    }

    /// <summary>Reads, and waits on this thread until there is something to read (a blocking <c>read</c>).</summary>
    /// <returns>
    /// The expirations, or the notice of a cancel. 0 expirations when the wall clock was stepped back to before the deadline of a timer that had
    /// expired (rule F6).
    /// </returns>
    /// <exception cref="InvalidOperationException">
    /// It would wait on the engine's thread, or in a callback for which simulated time stands still: for ever. Nothing was read.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The timer is closed, now or while it waited.</exception>
    public Tick Read(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ReadOrWait(mustNotWait: _engine.IsEngineThread || _engine.Dispatcher.HoldsTime, cancellationToken).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>
    /// Reads as soon as there is something to read. Several waiting reads are served in their order, and each before the observers of
    /// <see cref="Ticks"/>, who are not told of what a read has taken.
    /// </summary>
    /// <returns>As <see cref="Read"/>.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The timer is closed, now or while it waited.</exception>
    public ValueTask<Tick> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ReadOrWait(mustNotWait: false, cancellationToken);
    }

    /// <summary>Reads into a buffer as the system call does: 8 bytes, host byte order (rules R1, R2), without waiting.</summary>
    /// <returns>8 when expirations were read; 0 when there is nothing to read; -1 for the notice of a cancel.</returns>
    /// <exception cref="ArgumentException">A buffer under 8 bytes (EINVAL); nothing was read.</exception>
    /// <exception cref="ObjectDisposedException">The timer is closed.</exception>
    public int TryRead(Span<byte> buffer)
    {
        if (buffer.Length < sizeof(ulong))
        {
            throw new ArgumentException($"The buffer has {buffer.Length} bytes; a count takes 8.", nameof(buffer));
        }

        switch (TryRead(out Tick tick))
        {
            case ReadStatus.Ticks:
                if (BitConverter.IsLittleEndian)
                {
                    BinaryPrimitives.WriteUInt64LittleEndian(buffer, tick.Expirations);
                }
                else
                {
                    BinaryPrimitives.WriteUInt64BigEndian(buffer, tick.Expirations);
                }

                return sizeof(ulong);
            case ReadStatus.Canceled:
                return -1;
            default:
                return 0;
        }
    }

    /// <summary>Sets the unread count (TFD_IOC_SET_TICKS, rule I1).</summary>
    /// <param name="ticks">At least 1.</param>
    /// <returns>False when a cancel was pending, which is told by that (ECANCELED); the count is then as it was.</returns>
    /// <exception cref="ArgumentOutOfRangeException">0 (EINVAL).</exception>
    /// <exception cref="ObjectDisposedException">The timer is closed.</exception>
    public bool SetTicks(ulong ticks)
    {
        lock (_engine.Gate)
        {
            CheckOpen();
            var set = _state.Namespace.SetTicks(_state, ticks, _engine.ReadHost());
            _engine.Changed();
            return set;
        }
    }

    /// <summary>The timer's lines of <c>/proc/PID/fdinfo/FD</c>, exactly (rule P1). Nothing is forwarded by it.</summary>
    /// <exception cref="ObjectDisposedException">The timer is closed.</exception>
    public string DescribeFd()
    {
        lock (_engine.Gate)
        {
            CheckOpen();
            var peek = _state.Namespace.Peek(_state, _engine.ReadHost());
            var value = Timespec.FromNanoseconds(peek.ValueNs);
            var interval = Timespec.FromNanoseconds(peek.IntervalNs);
            return $"""
                clockid: {(int)Clock}
                ticks: {_state.Ticks}
                settime flags: 0{Convert.ToString((int)_state.Flags, 8)}
                it_value: ({value.Seconds}, {value.Nanoseconds})
                it_interval: ({interval.Seconds}, {interval.Nanoseconds})

                """.ReplaceLineEndings("\n");
        }
    }

    /// <summary>Closes the timer; observers get OnCompleted, waiting reads fail. Without effect on a closed one.</summary>
    public void Dispose()
    {
        lock (_engine.Gate)
        {
            if (IsClosed || _engine.IsStopping)
            {
                return;
            }

            _state.Namespace.Remove(_state);
            _engine.Announce(() => ((IEngineTimer)this).End(null));
            _engine.Changed();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Namespace.Name}/{Name ?? Id.ToString()} ({Clock.LinuxName()})";

    bool IEngineTimer.Deliver(in TickRead read)
    {
        if (TakeWaiter() is { } waiter)
        {
            // A read that was taken from the list can no longer be withdrawn: the tick is its.
            if (_engine.Dispatcher.IsSimulated)
            {
                var tick = read.Tick;
                _engine.Post(() => waiter.SetResult(tick));
            }
            else
            {
                waiter.SetResult(read.Tick);
            }

            return true;
        }

        return _observers.Publish(read.Tick);
    }

    void IEngineTimer.End(Exception? error)
    {
        while (TakeWaiter() is { } waiter)
        {
            waiter.TrySetException(new ObjectDisposedException($"Timer {this} was closed while a read waited for it.", error));
        }

        _observers.End(error);
    }

    private ValueTask<Tick> ReadOrWait(bool mustNotWait, CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource<Tick>> waiter;
        lock (_engine.Gate)
        {
            CheckOpen();
            var status = _state.Namespace.Read(_state, _engine.ReadHost(), out var read);
            _engine.Changed();
            if (status != ReadStatus.Empty)
            {
                return ValueTask.FromResult(read.Tick);
            }

            if (mustNotWait)
            {
                throw new InvalidOperationException(
                    $"Reading timer {this} would wait on the thread that must deliver its tick. Use TryRead or ReadAsync here.");
            }

            waiter = _waiters.AddLast(NewWaiter());
            UpdateWatch();
        }

        return new ValueTask<Tick>(Await(waiter, cancellationToken));
    }

    private async Task<Tick> Await(LinkedListNode<TaskCompletionSource<Tick>> waiter, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (timer, node) = ((NamespaceTimer, LinkedListNode<TaskCompletionSource<Tick>>))state!;
                timer.Withdraw(node, token);
            },
            (this, waiter));
        return await waiter.Value.Task.ConfigureAwait(false);
    }

    /// <summary>In simulated time what continues after a read runs where callbacks do, so that time waits for it; else on the pool.</summary>
    private TaskCompletionSource<Tick> NewWaiter() =>
        new(_engine.Dispatcher.IsSimulated ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

    private void Withdraw(LinkedListNode<TaskCompletionSource<Tick>> waiter, CancellationToken cancellationToken)
    {
        lock (_engine.Gate)
        {
            if (waiter.List is null)
            {
                return;
            }

            _waiters.Remove(waiter);
            UpdateWatch();
        }

        waiter.Value.TrySetCanceled(cancellationToken);
    }

    private TaskCompletionSource<Tick>? TakeWaiter()
    {
        if (_waiters.Count == 0)
        {
            return null; // one that comes at this moment waits for the next tick, or for this one when no observer takes it
        }

        lock (_engine.Gate)
        {
            if (_waiters.First is not { } first)
            {
                return null;
            }

            _waiters.RemoveFirst();
            UpdateWatch();
            return first.Value;
        }
    }

    private IDisposable Subscribe(IObserver<Tick> observer)
    {
        lock (_engine.Gate)
        {
            if (!IsClosed && !_engine.IsStopping)
            {
                var entry = _observers.Add(observer);
                UpdateWatch();
                _engine.Changed();
                return new Subscription(() => Unsubscribe(entry));
            }
        }

        return Subscription.End(observer, _engine.Failure);
    }

    private void Unsubscribe(ObserverList<Tick>.Entry entry)
    {
        if (entry.TryEnd())
        {
            RemoveObserver(entry);
        }
    }

    private void RemoveObserver(ObserverList<Tick>.Entry entry)
    {
        lock (_engine.Gate)
        {
            _observers.Remove(entry);
            UpdateWatch();
        }
    }

    /// <summary>Under the lock: the timer is read at its wake-ups as long as somebody waits for them.</summary>
    private void UpdateWatch()
    {
        if (!IsClosed)
        {
            _state.Namespace.Watch(_state, _waiters.Count != 0 || !_observers.IsEmpty);
        }
    }

    private void CheckOpen()
    {
        _engine.CheckRunning();
        ObjectDisposedException.ThrowIf(IsClosed, this);
    }
}
