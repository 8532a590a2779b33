using TimeNs.Clocks;
using TimeNs.Control.Problems;
using TimeNs.Control.Routes;
using TimeNs.Control.Text;
using TimeNs.Control.Wire;
using TimeNs.Images;
using TimeNs.Runtime;

namespace TimeNs.Control.Calls;

/// <summary>The calls about namespaces.</summary>
internal static class NamespaceCalls
{
    public static Task List(ControlCall call)
    {
        call.Service.Lateness.Watch();
        return call.AnswerAsync(new NamespaceList { Namespaces = [.. call.Runtime.LookAtNamespaces().Select(Answers.Of)] }, ControlJson.Default.NamespaceList);
    }

    public static Task Show(ControlCall call)
    {
        call.Service.Lateness.Watch();
        return Answer(call, call.Namespace());
    }

    public static async Task Create(ControlCall call)
    {
        var request = (await call.ReadJsonAsync(ControlJson.Default.CreateNamespaceRequest).ConfigureAwait(false))!;
        var name = PathNames.CheckNamespace(request.Name, "name");
        var offsets = OffsetsOf(request.Offsets, ClockOffsets.None, call.Runtime.ReadClocks());
        var created = call.Service.Ledger.AddNamespace(call.Client, call.Limits, 0, () => call.Runtime.CreateNamespace(name, offsets));
        call.Service.Events.Created(created);
        await Answer(call, created).ConfigureAwait(false);
    }

    /// <summary>What fires is worked out just before the change: what becomes due between is due in either case.</summary>
    public static async Task SetOffsets(ControlCall call)
    {
        var ns = call.Namespace();
        var request = (await call.ReadJsonAsync(ControlJson.Default.SetOffsetsRequest).ConfigureAwait(false))!;
        var dryRun = call.IsTrue("dry_run");
        var offsets = OffsetsOf(request.Offsets, ns.Offsets, call.Runtime.ReadClocks());
        await ChangeAsync(call, ns, dryRun, ns.ForetellOffsets(offsets), () => ns.SetOffsets(offsets)).ConfigureAwait(false);
    }

    public static Task Freeze(ControlCall call)
    {
        var ns = NotTheHost(call);
        ns.Freeze();
        return Answer(call, ns);
    }

    public static async Task Thaw(ControlCall call)
    {
        var ns = NotTheHost(call);
        var request = await call.ReadJsonAsync(ControlJson.Default.ThawRequest).ConfigureAwait(false);
        var dryRun = call.IsTrue("dry_run");
        var policy = Policies.Read(request ?? new ThawRequest());
        await ChangeAsync(call, ns, dryRun, ns.ForetellThaw(policy), () => ns.Thaw(policy)).ConfigureAwait(false);
    }

    public static Task Close(ControlCall call)
    {
        var ns = call.Namespace();
        ns.Dispose();
        call.Service.Ledger.Remove(ns);
        call.Service.Events.Closed(ns);
        return call.Done();
    }

    /// <summary>The engine calls it an invalid argument, as it does a namespace that is frozen already: here they differ.</summary>
    /// <exception cref="ControlException">409.</exception>
    public static RuntimeNamespace NotTheHost(ControlCall call) => call.Namespace() is var ns && ns != call.Runtime.Host
        ? ns
        : throw new ControlException(ProblemKind.Refused, "Namespace 'host' is the host itself: it cannot be frozen, thawed or checkpointed.") { Errno = Errno.EINVAL };

    private static ClockOffsets OffsetsOf(OffsetsRequest? request, in ClockOffsets present, in ClockReadings host) => request is null ? present : new ClockOffsets(
        request.Realtime is { } realtime ? TimeInput.Offset(realtime, ClockBase.Realtime, "offsets.realtime", host) : present.RealtimeNs,
        request.Monotonic is { } monotonic ? TimeInput.Offset(monotonic, ClockBase.Monotonic, "offsets.monotonic", host) : present.MonotonicNs,
        request.Boottime is { } boottime ? TimeInput.Offset(boottime, ClockBase.Boottime, "offsets.boottime", host) : present.BoottimeNs);

    private static Task ChangeAsync(ControlCall call, RuntimeNamespace ns, bool dryRun, IReadOnlyList<ForecastEntry> fires, Action change)
    {
        Fire[] listed = [.. fires.Take(Answers.MaxFires).Select(e => Answers.Of(e, ns.FindTimer(e.TimerId)?.Clock ?? ClockId.Realtime))];
        if (!dryRun)
        {
            change();
        }

        var answer = new NamespaceChange { Namespace = Answers.Of(ns.Look()), DryRun = dryRun, Fires = listed, FiresCount = fires.Count };
        return call.AnswerAsync(answer, ControlJson.Default.NamespaceChange);
    }

    private static Task Answer(ControlCall call, RuntimeNamespace ns) => call.AnswerAsync(Answers.Of(ns.Look()), ControlJson.Default.NamespaceInfo);
}
