using NUnit.Framework;

namespace TimeNs.Tests.Engine;

/// <summary>Writes down what an observer is told, and that it is told one thing after the other, the end last and once.</summary>
internal sealed class Recorder<T>(Action<T>? onNext = null) : IObserver<T>
{
    private readonly List<T> _values = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;

    public IDisposable? Subscription { get; set; }

    public IReadOnlyList<T> Values
    {
        get
        {
            lock (_values)
            {
                return [.. _values];
            }
        }
    }

    public int Completions { get; private set; }

    public Exception? Error { get; private set; }

    /// <summary>What broke the grammar: overlapping calls, or a call after the end.</summary>
    public string? Fault { get; private set; }

    /// <summary>The threads that called.</summary>
    public HashSet<Thread> Threads { get; } = [];

    public Task Ended => _ended.Task;

    public void OnNext(T value) => Guard(() =>
    {
        lock (_values)
        {
            _values.Add(value);
        }

        onNext?.Invoke(value);
    });

    public void OnCompleted() => Guard(() =>
    {
        Completions++;
        _ended.TrySetResult();
    });

    public void OnError(Exception error) => Guard(() =>
    {
        Error = error;
        _ended.TrySetResult();
    });

    public void AssertCompleted()
    {
        Assert.That(Fault, Is.Null);
        Assert.That(Completions, Is.EqualTo(1));
        Assert.That(Error, Is.Null);
    }

    private void Guard(Action call)
    {
        if (_ended.Task.IsCompleted)
        {
            Fault ??= "called after its end";
        }

        if (Interlocked.Exchange(ref _inside, 1) != 0)
        {
            Fault ??= "called twice at once";
        }

        Threads.Add(Thread.CurrentThread);
        try
        {
            call();
        }
        finally
        {
            Volatile.Write(ref _inside, 0);
        }
    }
}
