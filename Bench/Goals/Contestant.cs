namespace TimeNs.Bench.Goals;

/// <summary>What is set up and measured in slices. To dispose of it verifies its work and takes it down.</summary>
internal interface IMeasured : IDisposable
{
    /// <summary>Does a slice of bounded work.</summary>
    /// <returns>Its figure, in the unit of the race.</returns>
    double Measure();
}

/// <summary>One way to do the work of a race.</summary>
/// <param name="Name">As it stands in the table.</param>
/// <param name="Setup">Makes it ready; it checks there that it does its work.</param>
/// <param name="Missing">Why it cannot be measured here; null when it can.</param>
internal sealed record Contestant(string Name, Func<IMeasured> Setup, string? Missing = null)
{
    public static string Ours => "TimeNs";

    /// <summary>A benchmark of BenchmarkDotNet's: an instance, its setup, one invocation of several operations, its cleanup.</summary>
    public static Contestant Of<T>(
        string name, Func<T> create, Action<T> setup, Action<T> work, Action<T> cleanup, int operations, string? missing = null) =>
        new(name, () => Repeated.Start(create(), setup, work, cleanup, operations), missing);
}

/// <summary>Work that is repeated often enough for a slice to be measured well.</summary>
/// <param name="work">One round of it.</param>
/// <param name="operations">In one round.</param>
/// <param name="end">Verifies, and takes down.</param>
internal sealed class Repeated(Action work, int operations, Action end) : IMeasured
{
    private const double SliceSeconds = 0.06;
    private const int MostRounds = 100_000;

    private int _rounds;

    public static Repeated Start<T>(T instance, Action<T> setup, Action<T> work, Action<T> cleanup, int operations)
    {
        setup(instance);
        return new Repeated(() => work(instance), operations, () => cleanup(instance));
    }

    public double Measure()
    {
        if (_rounds == 0)
        {
            _rounds = 1;
            _rounds = (int)Math.Clamp(SliceSeconds * 1e9 / Math.Max(1, Time() * operations), 1, MostRounds);
        }

        return Time();
    }

    public void Dispose() => end();

    private double Time()
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        for (var i = 0; i < _rounds; i++)
        {
            work();
        }

        return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalNanoseconds / _rounds / operations;
    }
}

/// <summary>A figure that measures itself.</summary>
internal sealed class Figure(Func<double> measure, Action? end = null) : IMeasured
{
    public double Measure() => measure();

    public void Dispose() => end?.Invoke();
}
