using TimeNs.Tests.Properties;

namespace TimeNs.Tests.Simulation;

/// <summary>What can be asked of a runtime, or be done to its machine.</summary>
internal enum Act
{
    CreateNamespace, CloseNamespace, SetOffsets, SetRealtime, Freeze, Thaw, CreateTimer, CloseTimer, Set, Get, Read, ReadBytes, SetTicks,
    Subscribe, SubscribeSlowly, Unsubscribe, Drain, SubscribeChanges, Await, CancelAwait, Probe,
    Provide, ChangeProvided, Schedule, ScheduleAt, SchedulePeriodic, CloseFace,
    Advance, Suspend, SetHostClock, Checkpoint, Restore, Forecast, Stop,
}

/// <summary>One call with all its arguments worked out: the same for the product and for the model.</summary>
/// <param name="Act">What to do.</param>
/// <param name="Host">Which of the hosts.</param>
/// <param name="Ns">The namespace's name, where it is about one.</param>
/// <param name="Timer">The timer's id, where it is about one.</param>
internal sealed record Call(Act Act, int Host, string Ns = "", long Timer = 0)
{
    /// <summary>A subscription, a waiting read, a face's timer; a name.</summary>
    public string Id { get; init; } = "";

    /// <summary>Other subscriptions, for an observer that ends them.</summary>
    public List<(long Timer, string Id)> Others { get; init; } = [];

    /// <summary>Another namespace, for an observer that stops it.</summary>
    public string OtherNs { get; init; } = "";

    /// <summary>Flags, a clock, a kind of observer: what the act takes.</summary>
    public int Kind { get; init; }

    public long A { get; init; }

    public long B { get; init; }

    public long C { get; init; }

    public long D { get; init; }

    public ModelPolicy? Policy { get; init; }

    public override string ToString() =>
        $"{Act} host{Host} {Ns}{(Timer == 0 ? "" : $"/{Timer}")}{(Id.Length == 0 ? "" : $" '{Id}'")} {Kind} {A} {B} {C} {D}"
        + (Policy is { } p ? $" realtime {(p.RealtimeFrozen ? "frozen" : "wall")} monotonic {(p.MonotonicElapsed ? "elapsed" : "frozen")} boottime {(p.BoottimeElapsed ? "elapsed" : "frozen")} missed {p.Missed}" : "");
}

/// <summary>What a call is about.</summary>
internal static class Calls
{
    public static bool AreOnHost(Act act) =>
        act is Act.Advance or Act.Suspend or Act.SetHostClock or Act.Drain or Act.CreateNamespace or Act.Restore or Act.Forecast or Act.Stop;

    public static bool AreOnTimer(Act act) => act is Act.Set or Act.Get or Act.Read or Act.ReadBytes or Act.SetTicks or Act.CloseTimer
        or Act.Subscribe or Act.SubscribeSlowly or Act.Unsubscribe or Act.Await or Act.CancelAwait;
}

/// <summary>The product or the model: both take calls, keep a log of what readers were told, and can be described.</summary>
internal interface ISide
{
    /// <summary>Does one call; the answer, or the errno of a refusal.</summary>
    string Do(Call call);

    /// <summary>Writes a line in the log.</summary>
    void Note(string line);

    /// <summary>The engine of a host comes to rest.</summary>
    void Settle(int host);

    /// <summary>The log since it was last taken.</summary>
    List<string> TakeLog();

    /// <summary>Everything that can be observed of a host without changing it.</summary>
    string Describe(int host);
}
