namespace TimeNs.Bench.Load;

/// <summary>
/// Many live timers of one kind, of which each can be set and cancelled: timeouts, of which none fires. Delays are drawn from a
/// table, so that every kind can have its settings made before. They are long enough for a slow run to end before the first.
/// </summary>
/// <param name="timers">How many there are, numbered from 0; all are armed at first.</param>
internal abstract class ChangeLoad(int timers) : IDisposable
{
    /// <summary>Places in <see cref="DelayMs"/>: the push-out, the shortest and the longest delay, then random ones.</summary>
    public const int Push = 0;
    public const int Least = 1;
    public const int Most = 2;
    public const int FirstRandom = 3;

    /// <summary>How many random delays there are.</summary>
    public const int Randoms = 4_096;

    private const int LeastMs = 1_000_000;
    private const int MostMs = 3_000_000;
    private const int PushMs = MostMs;

    private FastRandom _random = new(1);

    public int Timers => timers;

    /// <summary>The delays that there are, in milliseconds.</summary>
    protected static int[] DelayMs { get; } = DrawDelays();

    /// <summary>Arms a timer, or moves it, to <see cref="DelayMs"/>[<paramref name="delay"/>] from now.</summary>
    public abstract void Set(int timer, int delay);

    public abstract void Cancel(int timer);

    /// <summary>Counts the armed timers anew, by another way than what <see cref="Set"/> has noted down.</summary>
    /// <exception cref="InvalidOperationException">There are more or fewer.</exception>
    public abstract void VerifyArmed(int expected);

    /// <summary>How long until a timer is due, in milliseconds; null where nothing tells.</summary>
    public abstract double? LeftMs(int timer);

    public abstract void Dispose();

    /// <summary>One timer at random, to a random delay.</summary>
    public void Rearm() => Set(_random.Next(timers), NextDelay());

    /// <summary>One timer at random, out to later than all others.</summary>
    public void PushOut() => Set(_random.Next(timers), Push);

    /// <summary>One timer at random: cancelled, then armed again.</summary>
    public void CancelThenArm()
    {
        var timer = _random.Next(timers);
        Cancel(timer);
        Set(timer, NextDelay());
    }

    /// <summary><see cref="Rearm()"/>, so many times.</summary>
    public void Rearm(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Rearm();
        }
    }

    /// <summary><see cref="PushOut()"/>, so many times.</summary>
    public void PushOut(int times)
    {
        for (var i = 0; i < times; i++)
        {
            PushOut();
        }
    }

    public void ArmAll()
    {
        for (var i = 0; i < timers; i++)
        {
            Set(i, NextDelay());
        }
    }

    public void CancelAll()
    {
        for (var i = 0; i < timers; i++)
        {
            Cancel(i);
        }
    }

    /// <summary>Arms all timers and sees whether changes do what they say. To be called once, before all else.</summary>
    /// <returns>This.</returns>
    public ChangeLoad Begin()
    {
        ArmAll();
        VerifyArmed(timers);
        var timer = timers / 2;
        VerifySet(timer, Least);
        VerifySet(timer, Push);
        Cancel(timer);
        VerifyArmed(timers - 1);
        VerifySet(timer, Most);
        VerifyArmed(timers);
        return this;
    }

    private static int[] DrawDelays()
    {
        var random = new FastRandom(2);
        return [PushMs, LeastMs, MostMs, .. Enumerable.Range(0, Randoms).Select(_ => LeastMs + random.Next(MostMs - LeastMs))];
    }

    private int NextDelay() => FirstRandom + _random.Next(Randoms);

    // A clock that a peer reads once a loop, or in whole milliseconds, may be behind; less than half of a delay in any case.
    private void VerifySet(int timer, int delay)
    {
        Set(timer, delay);
        var left = LeftMs(timer) ?? DelayMs[delay];
        Check.That(left > DelayMs[delay] / 2 && left <= DelayMs[delay] + 1, $"{left} ms left of {DelayMs[delay]}");
    }
}
