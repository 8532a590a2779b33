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
public sealed partial class NamespaceTimer : IDisposable, IEngineTimer
{
    private readonly TimerState _state;

    // Nobody: null. One observer, as most timers have: its subscription. Else TickReaders. Changed under the lock, read without it.
    private object? _readers;

    internal NamespaceTimer(RuntimeNamespace ns, TimerState state)
    {
        Namespace = ns;
        _state = state;
    }

    /// <summary>Unique in its namespace, from 1; kept by an image.</summary>
    public long Id => _state.Id;

    /// <summary>Unique in its namespace, or null; kept by an image.</summary>
    public string? Name => _state.Name;

    /// <summary>The clock it runs on.</summary>
    public ClockId Clock => _state.Clock;

    /// <summary>The namespace it belongs to.</summary>
    public RuntimeNamespace Namespace { get; }

    /// <summary>True once it, its namespace or its runtime was closed.</summary>
    public bool IsClosed => _state.IsClosed;

    /// <summary>True when a read would return at once: there are unread ticks, or a cancel to tell (rule R3).</summary>
    public bool IsReadable
    {
        get
        {
            lock (Engine.Gate)
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
    public IObservable<Tick> Ticks => new TickStream(this);

    /// <summary>
    /// Sets the timer. What was unread is gone (rule S4). No tick of the old setting is delivered after this, except one whose delivery is
    /// under way on the engine's thread; a notice that the wall clock was set is still told.
    /// </summary>
    /// <returns>What it was set to, as time remaining, and whether a cancel was pending (rules S7, X3).</returns>
    /// <exception cref="ObjectDisposedException">The timer is closed.</exception>
    public SettimeResult Set(TimerSetting setting)
    {
        lock (Engine.Gate)
        {
            CheckOpen();
            var result = _state.Namespace.SetTime(_state, setting, Engine.ReadHost(Clock));
            Engine.Changed();
            return result;
        }
    }

    /// <summary>Time to the next expiration, and the interval (<c>timerfd_gettime</c>, rules F5, G1).</summary>
    /// <exception cref="ObjectDisposedException">The timer is closed.</exception>
    public TimerValue Get()
    {
        lock (Engine.Gate)
        {
            CheckOpen();
            var value = _state.Namespace.GetTime(_state, Engine.ReadHost(Clock));
            Engine.Changed();
            return value;
        }
    }

    /// <summary>Reads without waiting (a non-blocking <c>read</c>, rules F4, F6, X2).</summary>
    /// <param name="tick">The expirations, or the notice of a cancel; default when there is nothing.</param>
    /// <exception cref="ObjectDisposedException">The timer is closed.</exception>
    public ReadStatus TryRead(out Tick tick)
    {
        lock (Engine.Gate)
        {
            CheckOpen();
            var status = _state.Namespace.Read(_state, Engine.ReadHost(Clock), out var read);
            Engine.Changed();
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
        return ReadOrWait(mustNotWait: Engine.IsEngineThread || Engine.Dispatcher.HoldsTime, cancellationToken).AsTask().GetAwaiter().GetResult();
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
        lock (Engine.Gate)
        {
            CheckOpen();
            var set = _state.Namespace.SetTicks(_state, ticks, Engine.ReadHost());
            Engine.Changed();
            return set;
        }
    }

    /// <summary>The timer's lines of <c>/proc/PID/fdinfo/FD</c>, exactly (rule P1). Nothing is forwarded by it.</summary>
    /// <exception cref="ObjectDisposedException">The timer is closed.</exception>
    public string DescribeFd()
    {
        lock (Engine.Gate)
        {
            CheckOpen();
            return _state.Namespace.Look(_state, Engine.ReadHost()).FdInfo();
        }
    }

    /// <summary>Closes the timer; observers get OnCompleted, waiting reads fail. Without effect on a closed one.</summary>
    public void Dispose()
    {
        lock (Engine.Gate)
        {
            if (IsClosed || Engine.IsStopping)
            {
                return;
            }

            _state.Namespace.Remove(_state);
            Engine.Announce(() => ((IEngineTimer)this).End(null));
            Engine.Changed();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Namespace.Name}/{Name ?? Id.ToString()} ({Clock.LinuxName()})";

    private TimerEngine Engine => Namespace.Engine;

    private ValueTask<Tick> ReadOrWait(bool mustNotWait, CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource<Tick>> waiter;
        lock (Engine.Gate)
        {
            CheckOpen();
            var status = _state.Namespace.Read(_state, Engine.ReadHost(Clock), out var read);
            Engine.Changed();
            if (status != ReadStatus.Empty)
            {
                return ValueTask.FromResult(read.Tick);
            }

            if (mustNotWait)
            {
                throw new InvalidOperationException(
                    $"Reading timer {this} would wait on the thread that must deliver its tick. Use TryRead or ReadAsync here.");
            }

            waiter = Several().Waiters.AddLast(NewWaiter());
            Watch();
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
        new(Engine.Dispatcher.IsSimulated ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

    private void Withdraw(LinkedListNode<TaskCompletionSource<Tick>> waiter, CancellationToken cancellationToken)
    {
        lock (Engine.Gate)
        {
            if (waiter.List is not { } waiters)
            {
                return;
            }

            waiters.Remove(waiter);
            ReadersChanged();
        }

        waiter.Value.TrySetCanceled(cancellationToken);
    }

    private void CheckOpen()
    {
        Engine.CheckRunning();
        ObjectDisposedException.ThrowIf(IsClosed, this);
    }
}
