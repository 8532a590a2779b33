using TimeNs.Tests.Properties;

namespace TimeNs.Tests.Simulation;

/// <content>The calls on a namespace and on a timer.</content>
internal sealed partial class ModelSide
{
    /// <summary>100 ns: the unit of the base library.</summary>
    private const int Unit = 100;

    private readonly Dictionary<string, ModelSubscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (ModelNamespace Ns, ModelTimer Timer)> _faces = new(StringComparer.Ordinal);

    private string OnNamespace(Call call, ModelNamespace ns)
    {
        var runtime = this[call.Host];
        var old = ns.Offsets;
        switch (call.Act)
        {
            case Act.CloseNamespace:
                ns.RefuseHost("EBUSY");
                runtime.Quiesce(ns);
                Close(runtime, ns);
                return "";
            case Act.SetOffsets:
                runtime.Quiesce(ns);
                ns.SetOffsets([call.A, call.B, call.C]);
                runtime.AnnounceChange(ns, "OffsetsSet", old);
                return "";
            case Act.SetRealtime:
                runtime.Quiesce(ns);
                ns.SetRealtime(call.A);
                runtime.AnnounceChange(ns, "RealtimeSet", old);
                return "";
            case Act.Freeze:
                runtime.Quiesce(ns);
                ns.Freeze();
                runtime.AnnounceChange(ns, "Frozen", old);
                return "";
            case Act.Thaw:
                runtime.Quiesce(ns);
                ns.Thaw(call.Policy!);
                runtime.AnnounceChange(ns, "Thawed", old);
                return "";
            case Act.CreateTimer:
                return $"{ns.Create(call.Kind, call.Id.Length == 0 ? null : call.Id).Id}";
            case Act.SubscribeChanges:
                Listen(runtime, ns, call.Id);
                return "";
            case Act.Probe:
                return Texts.Of(ns.Now);
            case Act.Checkpoint:
                return Checkpoint(runtime, ns, call);
            default:
                return OnFace(call, ns);
        }
    }

    private string Checkpoint(ModelRuntime runtime, ModelNamespace ns, Call call)
    {
        runtime.Quiesce(ns);
        Image = runtime.Host.Checkpoint(ns, call.Kind switch { 0 => "keep", 1 => "refuse", _ => "relative" });
        if (call.B != 0)
        {
            Close(runtime, ns);
        }

        return Texts.Of(Image);
    }

    private void Listen(ModelRuntime runtime, ModelNamespace ns, string id)
    {
        if (!runtime.Listeners.TryGetValue(ns, out var listeners))
        {
            runtime.Listeners[ns] = listeners = [];
        }

        runtime.Announce(() =>
        {
            listeners.Add(id);
            if (runtime.Restored.GetValueOrDefault(ns) is { } change)
            {
                Note($"listener {id} {change}");
            }
        });
    }

    private void Close(ModelRuntime runtime, ModelNamespace ns)
    {
        var timers = ns.Timers.ToList();
        timers.ForEach(t => runtime.Of(t).Closed = true);
        runtime.Host.Remove(ns);
        runtime.Announce(() =>
        {
            timers.ForEach(runtime.End);
            runtime.Listeners.GetValueOrDefault(ns)?.ForEach(id => Note($"end listener {id}"));
        });
    }

    private string OnTimer(Call call, ModelNamespace ns, ModelTimer timer)
    {
        var (runtime, readers) = (this[call.Host], this[call.Host].Of(timer));
        switch (call.Act)
        {
            case Act.Set:
                var answer = ns.SetTime(timer, call.Kind, (call.A, call.B), (call.C, call.D));
                readers.Epoch++;
                return answer;
            case Act.Get:
                return ns.GetTime(timer);
            case Act.Read:
                return Texts.Of(ns.Take(timer));
            case Act.ReadBytes:
                return ns.Take(timer) switch { null => "0", { Canceled: true } => "-1", { Count: var n } => n == 0 ? "0" : $"8 {n}" };
            case Act.SetTicks:
                return ns.SetTicks(timer, unchecked((ulong)call.A));
            case Act.CloseTimer:
                readers.Closed = true;
                ns.Timers.Remove(timer);
                runtime.Announce(() => runtime.End(timer));
                return "";
            case Act.Subscribe or Act.SubscribeSlowly:
                var subscription = new ModelSubscription(new Script(this, call), call.Act == Act.SubscribeSlowly);
                _subscriptions[call.Id] = subscription;
                readers.Subscriptions = [.. readers.Subscriptions, subscription];
                runtime.UpdateWatch(ns, timer, joined: true);
                return "";
            case Act.Unsubscribe:
                if (_subscriptions.GetValueOrDefault(call.Id) is { } leaving)
                {
                    leaving.Disposed = true;
                    runtime.Leave(ns, timer, leaving);
                }

                return "";
            case Act.Await:
                return Await(call, ns, timer);
            default:
                if (readers.Waiting.Remove(call.Id))
                {
                    runtime.UpdateWatch(ns, timer);
                    Note($"{call.Id} canceled");
                }

                return "";
        }
    }

    private string Await(Call call, ModelNamespace ns, ModelTimer timer)
    {
        if (ns.Take(timer) is { } read)
        {
            return Texts.Of(read);
        }

        this[call.Host].Of(timer).Waiting.Add(call.Id);
        this[call.Host].UpdateWatch(ns, timer, joined: true);
        return "waits";
    }

    /// <summary>Timers of delegates: TimeProvider and IScheduler.</summary>
    private string OnFace(Call call, ModelNamespace ns)
    {
        var runtime = this[call.Host];
        if (call.Act is Act.CloseFace or Act.ChangeProvided)
        {
            if (_faces.TryGetValue(call.Id, out var face) && !runtime.Of(face.Timer).Closed)
            {
                if (call.Act == Act.CloseFace)
                {
                    Close(runtime, face.Ns, face.Timer);
                    return "";
                }

                ArmAfter(face.Ns, face.Timer, call);
                return "True";
            }

            return call.Act == Act.CloseFace ? "" : "False";
        }

        if (call.Act == Act.Schedule && call.A <= 0)
        {
            runtime.Post(() => Note(Run()));
            return "";
        }

        var timer = ns.CreateEphemeral(call.Act == Act.ScheduleAt ? 0 : 1);
        _faces[call.Id] = (ns, timer);
        runtime.Of(timer).Callback = () =>
        {
            if (call.Act is Act.Schedule or Act.ScheduleAt)
            {
                Close(runtime, ns, timer);
            }

            Note(Run());
        };
        if (call.Act == Act.ScheduleAt)
        {
            ns.ArmAt(timer, (Int128)call.A * Unit, 0);
        }
        else
        {
            ArmAfter(ns, timer, call);
        }

        return "";

        string Run() => $"{call.Id} ran at {runtime.Host.Now[1]}";
    }

    /// <summary>A is the time to the first call and B the period; -1 is never.</summary>
    private static void ArmAfter(ModelNamespace ns, ModelTimer timer, Call call) => ns.ArmAt(
        timer, call.A < 0 ? null : ns.Now[1] + ((Int128)call.A * Unit), Int128.Max(0, call.B) * Unit);

    private static void Close(ModelRuntime runtime, ModelNamespace ns, ModelTimer timer)
    {
        runtime.Of(timer).Closed = true;
        ns.Timers.Remove(timer);
    }
}
