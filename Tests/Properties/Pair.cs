using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Tests.Namespaces;

namespace TimeNs.Tests.Properties;

/// <summary>
/// The product and the model side by side. Every step is done to both, what they answer is compared, and then all of their
/// state. A fault names the step.
/// </summary>
internal sealed partial class Pair
{
    private static readonly string[] Names = ["a", "b", "a", "b", "c", "host"];
    private readonly ModelHost _model = new([10_000, 5_000, 7_000]);
    private readonly List<(NamespaceImage Product, ModelImage Model)> _images = [];

    /// <summary>Two namespaces with a timer on each clock, so that a short sequence has something to work on.</summary>
    public Pair()
    {
        foreach (var name in Names.Take(2))
        {
            Step(new Op(Verb.CreateNamespace, name[0] - 'a', 0, 0, 100, -50, 3));
            for (var clock = 0; clock < 5; clock++)
            {
                Step(new Op(Verb.CreateTimer, name[0] - 'a', clock, 0, 0, 0, 1));
            }
        }
    }

    public Rig Product { get; } = new(new ClockReadings(new(10_000), new(5_000), new(7_000)));

    /// <summary>Runs a sequence; the first difference fails the test.</summary>
    public static void Run(Op[] ops) => Run(ops, static _ => { });

    /// <summary>Runs a sequence, with a check of the product after every step.</summary>
    public static void Run(Op[] ops, Action<Pair> check)
    {
        var pair = new Pair();
        foreach (var (index, op) in ops.Index())
        {
            try
            {
                pair.Step(op);
                check(pair);
            }
            catch (Exception wrong)
            {
                throw new InvalidOperationException($"step {index}, {op}: {(wrong is DisagreementException ? wrong.Message : wrong)}", wrong);
            }
        }
    }

    /// <summary>A sequence that fails, with every step taken out that it fails without.</summary>
    public static string Shortest(Op[] ops)
    {
        for (var i = ops.Length - 1; i >= 0; i--)
        {
            Op[] without = [.. ops[..i], .. ops[(i + 1)..]];
            if (Fault(without) is not null)
            {
                ops = without;
            }
        }

        return $"{string.Join("\n", ops)}\n{Fault(ops)}";
    }

    private static string? Fault(Op[] ops)
    {
        try
        {
            Run(ops);
            return null;
        }
        catch (InvalidOperationException wrong)
        {
            return wrong.Message;
        }
    }

    /// <summary>Does one step to both. What they answered.</summary>
    public string Step(Op op)
    {
        var (product, model) = op.Verb switch
        {
            Verb.CreateNamespace or Verb.CloseNamespace or Verb.SetOffsets or Verb.SetRealtime or Verb.Freeze or Verb.Thaw => OnNamespace(op),
            Verb.Checkpoint or Verb.Restore or Verb.Migrate or Verb.Forecast => OnImages(op),
            Verb.Advance or Verb.Jump or Verb.Settle or Verb.Suspend or Verb.SetHostClock => OnHost(op),
            _ => OnTimer(op),
        };
        DisagreementException.Check(product, model);
        Product.Table.CheckInvariants();
        DisagreementException.Check(Product.Describe(), Describe());
        return product;
    }

    private string Describe() => string.Join("\n", _model.Namespaces.OrderBy(static n => n.Name, StringComparer.Ordinal).SelectMany(static n =>
        n.Timers.OrderBy(static t => t.Id).Select(t => Line(n, t)).Prepend($"{n.Name} {string.Join(' ', n.Offsets)} now {string.Join(' ', n.Now)} frozen {n.Frozen} {n.HadTimers}")))
        + $"\nnext {string.Join(' ', Enumerable.Range(0, 3).Select(c => _model.NextIn(c)?.ToString() ?? "never"))}";

    private static string Line(ModelNamespace n, ModelTimer t) => string.Join(' ',
        t.Id, t.Clock, t.ShownFlags, "ticks", t.Ticks, t.Peek(n.Now[t.Base]), "left", t.Remaining(n.Now[t.Base]), t.Interval, "at", t.Armed || t.Expired ? t.Deadline : 0,
        t.Armed, t.Expired, t.Absolute, "cancel", t.Listed, t.CancelPending, t.Remembered, "first", t.FirstDue);
}

/// <summary>Thrown rather than asserted: a property is tried again and again while its steps are shortened.</summary>
internal sealed class DisagreementException(string message) : Exception(message)
{
    public static void Check(string actual, string expected)
    {
        if (actual != expected)
        {
            var (a, e) = (actual.Split('\n'), expected.Split('\n'));
            var line = Enumerable.Range(0, Math.Max(a.Length, e.Length)).First(i => a.ElementAtOrDefault(i) != e.ElementAtOrDefault(i));
            throw new DisagreementException($"\n  is:        {a.ElementAtOrDefault(line)}\n  should be: {e.ElementAtOrDefault(line)}\n");
        }
    }
}
