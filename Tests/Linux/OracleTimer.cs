namespace TimeNs.Tests.Linux;

/// <summary>
/// What is known of one kernel timer: every way of making its calls to TimeNs that gives the answers the kernel gave.
/// </summary>
/// <remarks>
/// When exactly within a call the kernel read its clock, and whether its interrupt had come before, is not known. A belief says it
/// for each call so far; each new answer of the kernel is held against what every belief expects, at both ends of the call, and the
/// beliefs that it contradicts are dropped. When none is left, the two disagree.
/// <code>
///   before ├──────── the call ────────┤ after        a deadline in between: both counts are believed, until one is contradicted
/// </code>
/// The deadline of a relative setting is known as well as the moment it was made: that much either way is its skew, by which the
/// ends of all later calls are moved apart.
/// </remarks>
internal sealed class OracleTimer(int id, OracleClocks clocks)
{
    /// <summary>How late an interrupt may come on a machine that does other things as well.</summary>
    private const long LatestNs = 1_000_000;

    private const int MaxBeliefs = 12;

    private List<Belief> _beliefs = [new([], 0, 0)];

    /// <summary>The kernel showed its fault C here.</summary>
    public int Countdowns { get; private set; }

    private sealed record Choice(long At, bool Expires);

    private sealed record Belief(Choice[] Choices, long SkewNs, long SetAt);

    /// <summary>Learns from the last of these steps, which was one on this timer. What was expected instead, or null when it was.</summary>
    public string? Learn(IReadOnlyList<OracleStep> steps)
    {
        var step = steps[^1];
        var kept = new Dictionary<string, Belief>(StringComparer.Ordinal);
        var refused = new HashSet<string>(StringComparer.Ordinal);
        foreach (var belief in _beliefs)
        {
            foreach (var choice in Choices(belief, steps))
            {
                var model = Replay(belief, steps);
                if (Try(model, belief, step, choice, out var expected) is { } believed)
                {
                    var timer = model.Timer(id);
                    kept.TryAdd(timer is not { } t || step.Verb == OracleVerb.Set ? "" : $"{(t.IsArmed || t.IsExpired ? t.Deadline : 0)} {t.IsArmed} {t.IsExpired} {t.Ticks}", believed);
                }
                else
                {
                    refused.Add(expected.ToString());
                }
            }
        }

        if (kept.Count == 0)
        {
            return string.Join("\n             or ", refused.Take(6));
        }

        _beliefs = [.. kept.Values.Take(MaxBeliefs)];
        return null;
    }

    private Belief? Try(OracleModel model, Belief belief, OracleStep step, Choice choice, out OracleAnswer expected)
    {
        var countdown = model.CountdownOf(id, choice.At);
        if (choice.Expires)
        {
            model.Expire(choice.At);
        }

        expected = model.Do(step, choice.At);
        long?[] shown = [countdown, KernelOffsets.SaturatedRemaining(step.Clock, countdown ?? expected.ValueNs)];
        var intervalNs = model.Timer(id)?.IntervalNs ?? 0;
        var span = Span(belief, step);
        var isCoarse = intervalNs != 0 && intervalNs <= span;
        if (!step.Kernel.Agrees(expected, span, isCoarse && step.Verb is OracleVerb.Read or OracleVerb.Fdinfo ? (ulong)(span / intervalNs) + 1 : 0, shown))
        {
            return null;
        }

        if (countdown > span && step.Kernel.ValueNs > span && expected.ValueNs == 0)
        {
            Countdowns++;
        }

        return After(belief, step, choice, exact: !isCoarse || (step.Verb != OracleVerb.Get && expected.Ticks == step.Kernel.Ticks));
    }

    /// <summary>What is believed once a call has agreed.</summary>
    private static Belief After(Belief belief, OracleStep step, Choice choice, bool exact)
    {
        if (step.Verb != OracleVerb.Set || step.Kernel.Errno != 0 || step.Value == default)
        {
            // What disarms a timer is here as well: on an alarm clock the old deadline goes on showing (fault C).
            return belief with { Choices = [.. belief.Choices, choice], SkewNs = exact ? belief.SkewNs : belief.SkewNs + (2 * Span(belief, step)) };
        }

        // Nothing of the old setting is left but its answer, so the new one is made within the call whatever the skew of the old.
        var at = choice with { At = Math.Clamp(choice.At, step.Before, step.After) };
        var isAbsolute = (step.Flags & 1) != 0;
        return new Belief([.. belief.Choices, at], (isAbsolute ? 0 : step.After - step.Before) + OracleClocks.UncertaintyNs, step.After);
    }

    private static long Span(Belief belief, OracleStep step) => step.After - step.Before + (2 * belief.SkewNs) + OracleClocks.UncertaintyNs;

    private IEnumerable<Choice> Choices(Belief belief, IReadOnlyList<OracleStep> steps)
    {
        var step = steps[^1];
        var (low, high) = (step.Before - belief.SkewNs, step.After + belief.SkewNs);
        yield return new Choice(high, true);
        yield return new Choice(low, true);
        var model = Replay(belief, steps);
        if (step.Verb == OracleVerb.Create)
        {
            yield break;
        }

        if (model.OverdueBy(id, high) is { } late and >= 0 && Math.Min(late, high - belief.SetAt) < LatestNs)
        {
            yield return new Choice(high, false);
            yield return new Choice(low, false);
        }

        if (step.Verb == OracleVerb.Read && step.Kernel.Errno == 0)
        {
            var from = Math.Max(low, high - Math.Max(0, model.OverdueBy(id, high) ?? long.MaxValue));
            model.Expire(high);
            yield return new Choice(FirstWith(model, step.Kernel.Ticks!.Value, from, high), true);
        }
    }

    /// <summary>The first moment at which a read counts as many, which grows with time.</summary>
    private long FirstWith(OracleModel model, ulong expirations, long low, long high)
    {
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = model.Expirations(id, middle) < expirations ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The calls before the last: this timer's as believed, those on the others beside it.</summary>
    private OracleModel Replay(Belief belief, IReadOnlyList<OracleStep> steps)
    {
        var model = new OracleModel(clocks, steps[0].Before);
        var own = 0;
        foreach (var step in steps.Take(steps.Count - 1))
        {
            if (step.Timer != id)
            {
                model.Do(step, step.After);
                continue;
            }

            var choice = belief.Choices[own++];
            if (choice.Expires)
            {
                model.Expire(choice.At);
            }

            model.Do(step, choice.At);
        }

        return model;
    }
}
