using System.Buffers;
using System.ComponentModel;
using BenchmarkDotNet.Attributes;
using TimeNs.Bench.Load;
using TimeNs.Images;

namespace TimeNs.Bench;

/// <summary>A namespace written down, put into bytes and taken out again. A row is the whole image.</summary>
/// <remarks>The peer is the least that anything can do with the bytes: copy them.</remarks>
[MemoryDiagnoser]
[Description("checkpoint, encode, decode and restore, beside a copy of the bytes")]
public class ImageBenchmarks
{
    private RuntimeLoad _runtime = null!;
    private NamespaceImage _image = null!;
    private byte[] _bytes = [];
    private byte[] _copy = [];
    private ArrayBufferWriter<byte> _output = null!;

    [ParamsSource(typeof(Sizes), nameof(Sizes.Timers))]
    public int Timers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _runtime = new RuntimeLoad();
        _runtime.Arm(new PeriodicLoad(Timers));
        _image = _runtime.Namespace.Checkpoint();
        _bytes = ImageFormat.Encode(_image);
        _copy = new byte[_bytes.Length];
        _output = new ArrayBufferWriter<byte>(_bytes.Length);
        Console.WriteLine($"// {Timers} timers: {_bytes.Length} bytes, {(double)_bytes.Length / Timers:F1} a timer");

        Check.Equal(Timers, Checkpoint(), "timers in the checkpoint");
        Check.Equal(_bytes.Length, Encode(), "bytes encoded");
        Check.That(_output.WrittenSpan.SequenceEqual(_bytes), "the same image gave other bytes");
        Check.Equal(_bytes.Length, CopyBytes(), "bytes copied");
        Check.That(ImageFormat.Decode(_copy).Timers.SequenceEqual(_image.Timers), "the decoded timers are others");
        Check.Equal(Timers, Decode(), "timers decoded");
        Check.Equal(Timers, Restore_Table(), "timers restored");
        Check.Equal(Timers, Restore_Runtime(), "the last timer restored");
    }

    [GlobalCleanup]
    public void Cleanup() => _runtime.Dispose();

    [Benchmark(Baseline = true)]
    public int CopyBytes()
    {
        _bytes.CopyTo(_copy, 0);
        return _copy.Length;
    }

    [Benchmark]
    public int Checkpoint() => _runtime.Namespace.Checkpoint().Timers.Length;

    [Benchmark]
    public int Encode()
    {
        _output.ResetWrittenCount();
        ImageFormat.Encode(_image, _output);
        return _output.WrittenCount;
    }

    [Benchmark]
    public int Decode() => ImageFormat.Decode(_bytes).Timers.Length;

    /// <summary>Into an empty host of the pure core: ready to fire, no engine and no public object a timer.</summary>
    [Benchmark]
    public int Restore_Table() => new NamespaceTable().Restore(_image, RestorePolicy.Suspend, null, _image.Host).Timers.Count;

    /// <summary>Into a running runtime, and its end there: a second one is in the way of the next round.</summary>
    [Benchmark]
    public long Restore_Runtime()
    {
        using var restored = _runtime.Runtime.Restore(_image, name: "again");
        return restored.FindTimer(Timers)!.Id;
    }
}
