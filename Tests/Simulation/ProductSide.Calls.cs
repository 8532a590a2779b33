using System.Reactive.Concurrency;
using System.Reactive.Linq;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Tests.Namespaces;
using TimeNs.Timers;

namespace TimeNs.Tests.Simulation;

/// <content>The calls on a timer, and what the faces are asked for.</content>
internal sealed partial class ProductSide
{
    private readonly Dictionary<string, IDisposable> _subscriptions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CancellationTokenSource> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IDisposable> _faces = new(StringComparer.Ordinal);

    private string OnTimer(Call call, NamespaceTimer timer)
    {
        switch (call.Act)
        {
            case Act.Set:
                return Set(call, timer);
            case Act.Get:
                return Rig.Text(timer.Get());
            case Act.Read:
                var status = timer.TryRead(out var tick);
                ledger.Told(call, timer, tick);
                return status switch { ReadStatus.Empty => "EAGAIN", ReadStatus.SteppedBack => "0", _ => Rig.Text(tick) };
            case Act.ReadBytes:
                ledger.Void(call);
                Span<byte> buffer = stackalloc byte[8];
                var length = timer.TryRead(buffer);
                return length == 8 ? $"8 {BitConverter.ToUInt64(buffer)}" : $"{length}";
            case Act.SetTicks:
                ledger.Void(call);
                return timer.SetTicks(unchecked((ulong)call.A)) ? "ok" : "ECANCELED";
            case Act.CloseTimer:
                timer.Dispose();
                return "";
            case Act.Subscribe or Act.SubscribeSlowly:
                Subscribe(call, timer);
                return "";
            case Act.Unsubscribe:
                _subscriptions.GetValueOrDefault(call.Id)?.Dispose();
                return "";
            case Act.Await:
                return Await(call, timer);
            default:
                if (_waiting.Remove(call.Id, out var source))
                {
                    source.Cancel();
                    source.Dispose();
                }

                return "";
        }
    }

    private string Set(Call call, NamespaceTimer timer)
    {
        var setting = TimerSetting.FromTimespec((SettimeFlags)call.Kind, new Timespec(call.A, call.B), new Timespec(call.C, call.D));
        ledger.Set(call, timer, setting); // before a tick of it can come
        var result = timer.Set(setting);
        return Rig.Text(result.Old) + (result.Canceled ? " ECANCELED" : "");
    }

    private void Subscribe(Call call, NamespaceTimer timer)
    {
        void Told(Tick tick) => ledger.Told(call, timer, tick);
        var isSlow = call.Act == Act.SubscribeSlowly; // what it is told comes late, and summed
        var observer = new TickObserver(new Script(this, call), isSlow ? null : Told);
        _subscriptions[call.Id] = (isSlow ? timer.Ticks.Do(Told).Conflate(this[call.Host].Slow) : timer.Ticks).Subscribe(observer);
        observer.Ready.Set();
    }

    private string Await(Call call, NamespaceTimer timer)
    {
        var source = _waiting[call.Id] = new CancellationTokenSource();
        var read = timer.ReadAsync(source.Token).AsTask();
        if (read.IsCompleted)
        {
            _waiting.Remove(call.Id);
            source.Dispose();
            ledger.Told(call, timer, read.Result);
            return Texts.Of(read.Result);
        }

        ledger.Waits(call, 1);
        _ = Continue(call, read);
        return "waits";
    }

    private async Task Continue(Call call, Task<Tick> read)
    {
        try
        {
            var tick = await read.ConfigureAwait(false);
            Note($"{call.Id} {Texts.Of(tick)}");
        }
        catch (OperationCanceledException)
        {
            Note($"{call.Id} canceled");
        }
        catch (ObjectDisposedException)
        {
            Note($"end {call.Id} waited in vain");
        }
        finally
        {
            ledger.Waits(call, -1);
        }
    }

    private string? OnFace(Call call, RuntimeNamespace ns)
    {
        switch (call.Act)
        {
            case Act.Provide:
                _faces[call.Id] = ns.TimeProvider.CreateTimer(_ => Note(Run()), null, Span(call.A), Span(call.B));
                return "";
            case Act.ChangeProvided:
                return $"{((ITimer)_faces[call.Id]).Change(Span(call.A), Span(call.B))}";
            case Act.Schedule:
                _faces[call.Id] = ns.Scheduler.Schedule(Span(call.A), () => Note(Run()));
                return "";
            case Act.ScheduleAt:
                _faces[call.Id] = ns.Scheduler.Schedule(DateTimeOffset.UnixEpoch.AddTicks(call.A), () => Note(Run()));
                return "";
            case Act.SchedulePeriodic:
                _faces[call.Id] = ns.Scheduler.SchedulePeriodic(0, Span(call.A), n =>
                {
                    Note(Run());
                    return n;
                });
                return "";
            default:
                _faces[call.Id].Dispose();
                return "";
        }

        string Run() => $"{call.Id} ran at {this[call.Host].Now.Monotonic.Nanoseconds}";
    }

    private static TimeSpan Span(long units) => units < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromTicks(units);

    /// <summary>INV-6: what is told to it never overlaps; and nothing comes after its end.</summary>
    private sealed class TickObserver(Script script, Action<Tick>? told) : IObserver<Tick>
    {
        private int _inside;
        private bool _ended;

        /// <summary>A tick may come before the subscription is in anybody's hands; then it waits for that.</summary>
        public ManualResetEventSlim Ready { get; } = new();

        public void OnNext(Tick value)
        {
            Ready.Wait(Patience);
            if (_ended || Interlocked.Exchange(ref _inside, 1) != 0)
            {
                throw new InvalidOperationException($"INV-6: {script.Id} is told of two things at once, or after its end");
            }

            try
            {
                told?.Invoke(value);
                script.OnNext(Texts.Of(value));
            }
            finally
            {
                Volatile.Write(ref _inside, 0);
            }
        }

        public void OnCompleted()
        {
            _ended = true;
            script.OnEnd();
        }

        public void OnError(Exception error) => throw new InvalidOperationException("no kernel fails here", error);
    }
}
