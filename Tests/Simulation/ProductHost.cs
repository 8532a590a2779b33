using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Simulation;

/// <summary>One simulated machine with a runtime on it.</summary>
internal sealed class ProductHost : IDisposable
{
    public ProductHost(int index, ClockReadings start, ProductSide side)
    {
        Kernel = new SimulatedKernel(start);
        Runtime = TimeRuntime.Start(new TimeRuntimeOptions { Kernel = Kernel, HostName = $"host{index}" });
        Slow = new ManualScheduler(() => side.Note("a slow observer threw"));
        Runtime.Changes.Subscribe(new ChangeObserver("", side));
        Kernel.Settle();
    }

    public SimulatedKernel Kernel { get; }

    public TimeRuntime Runtime { get; }

    public ManualScheduler Slow { get; }

    /// <summary>It was disposed of while slow observers had still to be told.</summary>
    public bool IsStopped { get; set; }

    public ClockReadings Now => Kernel.Read();

    public void Dispose() => Runtime.Dispose();

    /// <summary>Writes down the discontinuities of a namespace, or of all of them.</summary>
    internal sealed class ChangeObserver(string id, ISide side) : IObserver<ClockChange>
    {
        public void OnNext(ClockChange value) => side.Note(
            $"{(id.Length == 0 ? "" : $"listener {id} ")}{(id.Length == 0 ? "change " : "")}{value.Namespace} {value.Reason} {Texts.Of(value.OldOffsets)} to {Texts.Of(value.NewOffsets)} at {Texts.Of(value.At)}");

        public void OnCompleted() => side.Note(id.Length == 0 ? "end changes" : $"end listener {id}");

        public void OnError(Exception error) => side.Note($"listener {id} {error}");
    }
}
