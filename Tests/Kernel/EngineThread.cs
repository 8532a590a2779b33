using System.Collections.Concurrent;
using NUnit.Framework;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Kernel;

/// <summary>
/// The one thread of a test that calls <see cref="IKernel.Wait"/>: call by call when the test asks, as a rule of the seam is
/// checked, or in a loop as the engine does.
/// </summary>
internal sealed class EngineThread : IDisposable
{
    /// <summary>How long a test waits before it says that a kernel hangs. No rule depends on it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly IKernel _kernel;
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public EngineThread(IKernel kernel)
    {
        _kernel = kernel;
        _thread = new Thread(Run) { IsBackground = true, Name = "test engine" };
        _thread.Start();
    }

    public Thread Thread => _thread;

    /// <summary>Starts one Wait; the task ends when it returns.</summary>
    public Task<bool> StartWait() => Start(_kernel.Wait);

    /// <summary>One Wait that must return.</summary>
    public bool Wait() => Result(StartWait());

    /// <summary>Waits again and again until the kernel is disposed, and gives each return to <paramref name="served"/>.</summary>
    public Task Loop(Action<bool> served) => Start(() =>
    {
        try
        {
            while (true)
            {
                served(_kernel.Wait());
            }
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    });

    /// <summary>Runs something on this thread.</summary>
    public Task<T> Start<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>The result of something that must end.</summary>
    public static T Result<T>(Task<T> task)
    {
        End(task);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Fails the test when a task does not end; throws what it threw.</summary>
    public static void End(Task task)
    {
        if (Task.WhenAny(task).Wait(Patience))
        {
            task.GetAwaiter().GetResult();
            return;
        }

        Assert.Fail("It hangs.");
    }

    /// <summary>The kernel first: a Wait that is under way would never end.</summary>
    public void Dispose()
    {
        _kernel.Interrupt();
        _work.CompleteAdding();
        _thread.Join(Patience);
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
