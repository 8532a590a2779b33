using CsCheck;

namespace TimeNs.Tests.Concurrency;

/// <summary>What a thread can ask of a <see cref="Stage"/>.</summary>
internal enum StageVerb
{
    Set,
    Get,
    Read,
    SetTicks,
    Poll,
    Fdinfo,
    Close,
    Subscribe,
    Unsubscribe,
    Create,
    Find,
    Clocks,
    SetOffsets,
    SetRealtime,
    Freeze,
    Thaw,
    Checkpoint,
    Stop,
    Restore,
}

/// <summary>One call.</summary>
/// <param name="Verb">What is called.</param>
/// <param name="Timer">Which timer of the stage.</param>
/// <param name="Number">What stands for every other argument.</param>
internal readonly record struct StageOp(StageVerb Verb, int Timer, int Number)
{
    /// <summary>Calls on two timers.</summary>
    public static Gen<StageOp> OnTimers { get; } = Of(Verbs(StageVerb.Set, StageVerb.Unsubscribe), timers: 2);

    /// <summary>Calls on the namespace that leave it open.</summary>
    public static Gen<StageOp> OnNamespace { get; } = Of(Verbs(StageVerb.Create, StageVerb.Checkpoint), Stage.Timers);

    /// <summary>Any call; what ends the namespace is rare.</summary>
    public static Gen<StageOp> Any { get; } = Of(
        Gen.Frequency(
            (10, Verbs(StageVerb.Set, StageVerb.Unsubscribe)), (8, Verbs(StageVerb.Create, StageVerb.Checkpoint)), (1, Verbs(StageVerb.Stop, StageVerb.Restore))),
        Stage.Timers);

    private static Gen<StageVerb> Verbs(StageVerb first, StageVerb last) => Gen.Int[(int)first, (int)last].Select(static v => (StageVerb)v);

    private static Gen<StageOp> Of(Gen<StageVerb> verbs, int timers) =>
        Gen.Select(verbs, Gen.Int[0, timers - 1], Gen.Int[0, 7], static (verb, timer, number) => new StageOp(verb, timer, number));

    public override string ToString() => $"{Verb}(timer {Timer}, {Number})";
}
