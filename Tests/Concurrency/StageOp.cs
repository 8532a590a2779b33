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
    /// <summary>Mostly calls on timers; what ends the namespace is rare.</summary>
    public static Gen<StageOp> Any { get; } = Gen.Select(
        Gen.Frequency(
            (10, Gen.Int[0, (int)StageVerb.Unsubscribe].Select(static v => (StageVerb)v)),
            (8, Gen.Int[(int)StageVerb.Create, (int)StageVerb.Checkpoint].Select(static v => (StageVerb)v)),
            (1, Gen.Int[(int)StageVerb.Stop, (int)StageVerb.Restore].Select(static v => (StageVerb)v))),
        Gen.Int[0, Stage.Timers - 1],
        Gen.Int[0, 7],
        static (verb, timer, number) => new StageOp(verb, timer, number));

    public override string ToString() => $"{Verb}(timer {Timer}, {Number})";
}
