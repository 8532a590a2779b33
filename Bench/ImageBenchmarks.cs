using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using TimeNs.Bench.Load;
using TimeNs.Images;

namespace TimeNs.Bench;

/// <summary>A namespace written down, put into bytes and taken out again. A row is the whole image.</summary>
/// <remarks>
/// The peers are a copy of 56 bytes a timer, which is what its plain state takes in memory, and <see cref="RecordTimers"/>.
/// </remarks>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
[Description("checkpoint, encode, decode and restore, beside a copy of the bytes")]
public class ImageBenchmarks
{
    private const string Writing = "write";
    private const string Reading = "read";
    private const int StateBytes = 56;

    private RuntimeLoad _runtime = null!;
    private RecordTimers _records = null!;
    private byte[] _state = [];
    private byte[] _stateCopy = [];
    private NamespaceImage _image = null!;
    private byte[] _bytes = [];
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
        _output = new ArrayBufferWriter<byte>(_bytes.Length);


        Check.Equal(Timers, Checkpoint(), "timers in the checkpoint");
        Check.Equal(_bytes.Length, Encode(), "bytes encoded");
        Check.That(_output.WrittenSpan.SequenceEqual(_bytes), "the same image gave other bytes");
        VerifyPeers();
        Check.Equal(_bytes.Length, Checkpoint_Encode(), "bytes encoded");
        Check.That(ImageFormat.Decode(_bytes).Timers.SequenceEqual(_image.Timers), "the decoded timers are others");
        Check.Equal(Timers, Decode(), "timers decoded");
        Check.Equal(Timers, Restore_Table(), "timers restored");
        Check.Equal(Timers, Restore_Runtime(), "the last timer restored");
        Check.Equal(Timers, Decode_Restore(), "the last timer restored");
    }

    [GlobalCleanup]
    public void Cleanup() => _runtime.Dispose();

    [Benchmark(Baseline = true), BenchmarkCategory(Writing)]
    public int Copy_56BytesATimer()
    {
        _state.CopyTo(_stateCopy, 0);
        return _stateCopy.Length;
    }

    [Benchmark, BenchmarkCategory(Writing)]
    public int Records_Write() => _records.Write();

    [Benchmark, BenchmarkCategory(Writing)]
    public int Checkpoint() => _runtime.Namespace.Checkpoint().TimerCount;

    [Benchmark, BenchmarkCategory(Writing)]
    public int Encode()
    {
        _output.ResetWrittenCount();
        ImageFormat.Encode(_image, _output);
        return _output.WrittenCount;
    }

    /// <summary>From the live namespace to bytes with their checksum.</summary>
    [Benchmark, BenchmarkCategory(Writing)]
    public int Checkpoint_Encode()
    {
        _output.ResetWrittenCount();
        ImageFormat.Encode(_runtime.Namespace.Checkpoint(), _output);
        return _output.WrittenCount;
    }

    [Benchmark(Baseline = true), BenchmarkCategory(Reading)]
    public int Records_Read() => _records.Read();

    [Benchmark, BenchmarkCategory(Reading)]
    public int Decode() => ImageFormat.Decode(_bytes).TimerCount;

    /// <summary>Into an empty host of the pure core: ready to fire, no engine and no public object a timer.</summary>
    [Benchmark, BenchmarkCategory(Reading)]
    public int Restore_Table() => new NamespaceTable().Restore(_image, RestorePolicy.Suspend, null, _image.Host).Timers.Count;

    /// <summary>Into a running runtime, and its end there: a second one is in the way of the next round.</summary>
    [Benchmark, BenchmarkCategory(Reading)]
    public long Restore_Runtime()
    {
        using var restored = _runtime.Runtime.Restore(_image, name: "again");
        return restored.FindTimer(Timers)!.Id;
    }

    /// <summary>From bytes into a running runtime, and its end there.</summary>
    [Benchmark, BenchmarkCategory(Reading)]
    public long Decode_Restore()
    {
        using var restored = _runtime.Runtime.Restore(ImageFormat.Decode(_bytes), name: "again");
        return restored.FindTimer(Timers)!.Id;
    }

    /// <summary>How long it takes to decode and restore, without the end of what was restored.</summary>
    internal TimeSpan TimeRestore()
    {
        var start = Stopwatch.GetTimestamp();
        using var restored = _runtime.Runtime.Restore(ImageFormat.Decode(_bytes), name: "again");
        var elapsed = Stopwatch.GetElapsedTime(start);
        Check.Equal(Timers, restored.FindTimer(Timers)!.Id, "the last timer restored");
        return elapsed;
    }

    internal int BytesWritten => _bytes.Length;

    private void VerifyPeers()
    {
        _state = new byte[Timers * StateBytes];
        _stateCopy = new byte[_state.Length];
        new Random(1).NextBytes(_state);
        Copy_56BytesATimer();
        Check.That(_stateCopy.AsSpan().SequenceEqual(_state), "the copy is another");
        _records = new RecordTimers(_image);
        Check.That(Records_Write() >= Timers * 40, "the records are too short");
        Check.Equal(Timers, Records_Read(), "timers read");
    }
}
