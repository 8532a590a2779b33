using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tool.Demo;

/// <summary>Every tick of one timer over both of its lives, and a wait for what has not come yet.</summary>
internal sealed class Recorder(string name) : IObserver<Tick>
{
    private readonly object _gate = new();
    private readonly List<Tick> _ticks = [];
    private int _kept;
    private (Func<IReadOnlyList<Tick>, bool> Holds, TaskCompletionSource Told)? _expectation;

    public string Name { get; } = name;

    public Action<Tick>? Told { get; set; }

    /// <summary>All ticks.</summary>
    public IReadOnlyList<Tick> Ticks
    {
        get
        {
            lock (_gate)
            {
                return [.. _ticks];
            }
        }
    }

    /// <summary>The ticks since <see cref="BeginSecondLife"/>.</summary>
    public IReadOnlyList<Tick> SinceRestore => [.. Ticks.Skip(_kept)];

    public ulong Expirations => Ticks.Aggregate(0UL, static (sum, tick) => sum + tick.Expirations);

    public void BeginSecondLife() => _kept = Ticks.Count;

    /// <summary>Completes when the ticks so far satisfy a condition.</summary>
    public Task Until(Func<IReadOnlyList<Tick>, bool> holds)
    {
        lock (_gate)
        {
            var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _expectation = (holds, told);
            Check();
            return told.Task;
        }
    }

    public void OnNext(Tick value)
    {
        lock (_gate)
        {
            _ticks.Add(value);
            Check();
        }

        Told?.Invoke(value);
    }

    public void OnCompleted()
    {
        // The first life ends with the checkpoint; the record goes on.
    }

    public void OnError(Exception error)
    {
        lock (_gate)
        {
            _expectation?.Told.TrySetException(error);
        }
    }

    /// <summary>A non-blocking read, recorded as an observer's tick would be.</summary>
    public void Read(NamespaceTimer timer)
    {
        if (timer.TryRead(out Tick tick) is ReadStatus.Ticks or ReadStatus.Canceled)
        {
            OnNext(tick);
        }
    }

    private void Check()
    {
        if (_expectation is { } expectation && expectation.Holds(_ticks))
        {
            expectation.Told.TrySetResult();
        }
    }
}
