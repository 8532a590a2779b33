using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Linux;

/// <summary>Makes a sequence of calls to the kernel, and to TimeNs as if at the same moments; says where they part.</summary>
internal sealed class KernelOracle : IDisposable
{
    private readonly OracleClocks _clocks = OracleClocks.Measure();
    private readonly List<OracleStep> _steps = [];
    private readonly List<KernelTimer> _kernel = [];
    private readonly List<OracleTimer> _timers = [];
    private readonly List<(int Id, int Clock)> _slots = [];
    private readonly Func<OracleStep, OracleAnswer> _distort;
    private int _nextId;

    private KernelOracle(Func<OracleStep, OracleAnswer>? distort) => _distort = distort ?? (static s => s.Kernel);

    /// <summary>Where kernel and TimeNs part, or null.</summary>
    public string? Fault { get; private set; }

    public IReadOnlyList<OracleStep> Steps => _steps;

    public int Countdowns => _timers.Sum(static t => t.Countdowns);

    /// <summary>The whole run as a file for <c>timens simulate</c>.</summary>
    public string Scenario => OracleScenario.Write(_clocks, _steps);

    /// <summary>Runs a sequence to its end or to the first difference.</summary>
    /// <param name="clocks">The clocks of the timers to begin with.</param>
    /// <param name="ops">What to do to them.</param>
    /// <param name="distort">Falsifies what the kernel says, to see that it would be noticed.</param>
    public static KernelOracle Run(int[] clocks, OracleOp[] ops, Func<OracleStep, OracleAnswer>? distort = null)
    {
        using var oracle = new KernelOracle(distort);
        foreach (var clock in clocks)
        {
            oracle.Create(clock, 0);
        }

        foreach (var op in ops)
        {
            if (oracle.Fault is null)
            {
                oracle.Do(op);
            }
        }

        if (oracle.Fault is not null && !oracle._clocks.IsNear(OracleClocks.Measure()))
        {
            oracle.Fault = null; // somebody has set the wall clock meanwhile
        }

        return oracle;
    }

    public void Dispose() => _kernel.ForEach(static t => t.Dispose());

    private static long Now() => LinuxNative.ReadClock(LinuxNative.ClockMonotonic);

    private void Do(OracleOp op)
    {
        switch (op.Verb)
        {
            case OracleVerb.Create:
                Create(op.Clock, op.Flags);
                return;
            case OracleVerb.Sleep:
                KernelTimer.Nap(op.Number % 3_000_000);
                return;
            case OracleVerb.Spin:
                for (var end = Now() + (op.Number % 3_000_000); Now() < end;)
                {
                }

                return;
        }

        var slot = op.Timer % _slots.Count;
        var (id, clock) = _slots[slot];
        var now = _clocks.Read(((ClockId)clock).Base(), Now());
        var set = op.Verb == OracleVerb.Set ? op : default;
        var absolute = (set.Flags & 1) != 0;
        var step = new OracleStep(op.Verb, id, clock, set.Flags, set.Value.At(absolute, now), set.Interval.At(false, now), (ulong)op.Number, 0, 0);
        Compare(KernelOffsets.Avoid(step), _kernel[slot], _timers[id]);
    }

    /// <summary>A new timer; the first ones beside each other, a later one in place of an earlier one.</summary>
    private void Create(int clock, int flags)
    {
        var before = Now();
        var created = KernelTimer.Create(clock, flags | KernelTimer.NonBlock, out var errno);
        var step = new OracleStep(OracleVerb.Create, _nextId++, clock, flags | KernelTimer.NonBlock, default, default, 0, before, Now()) { Kernel = new(errno) };
        _timers.Add(new OracleTimer(step.Timer, _clocks));
        Learn(step, _timers[^1]);
        if (created is null)
        {
            return;
        }

        if (_slots.Count < 3)
        {
            _slots.Add((step.Timer, clock));
            _kernel.Add(created);
        }
        else
        {
            var slot = step.Timer % _slots.Count;
            _kernel[slot].Dispose();
            (_slots[slot], _kernel[slot]) = ((step.Timer, clock), created);
        }
    }

    private void Compare(OracleStep step, KernelTimer kernel, OracleTimer timer)
    {
        var before = Now();
        var answer = Ask(step, kernel);
        Learn(step with { Before = before, After = Now(), Kernel = answer }, timer);
    }

    private void Learn(OracleStep step, OracleTimer timer)
    {
        step = step with { Kernel = _distort(step) };
        _steps.Add(step);
        if (timer.Learn(_steps) is { } expected)
        {
            Fault = $"step {_steps.Count}, {step}, within {step.After - step.Before} ns:\n  the kernel: {step.Kernel}\n  TimeNs:     {expected}";
        }
    }

    private static OracleAnswer Ask(OracleStep step, KernelTimer kernel)
    {
        switch (step.Verb)
        {
            case OracleVerb.Set:
                return OracleAnswer.Of(kernel.SetTime(step.Flags, step.Value, step.Interval, out var old), old);
            case OracleVerb.Get:
                return OracleAnswer.Of(kernel.GetTime(out var value), value);
            case OracleVerb.Read:
                return kernel.Read(out var ticks) is var errno and not 0 ? new OracleAnswer(errno) : new OracleAnswer(0) { Ticks = ticks };
            case OracleVerb.Poll:
                return new OracleAnswer(0) { Readable = kernel.IsReadable() };
            case OracleVerb.SetTicks:
                return new OracleAnswer(kernel.SetTicks(step.Ticks));
            default:
                return OracleAnswer.OfFdinfo(kernel.Fdinfo());
        }
    }
}
