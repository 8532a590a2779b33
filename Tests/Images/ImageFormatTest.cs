using System.Buffers;
using System.Text;
using CsCheck;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;

namespace TimeNs.Tests.Images;

public class ImageFormatTest
{
    [Test]
    public void Decode_EveryField_ComesBack() =>
        ImageAssert.Same(ImageFormat.Decode(ImageFormat.Encode(ImageSamples.EveryField)), ImageSamples.EveryField);

    [Test]
    public void Decode_RandomImages_ComeBackAndEncodeTheSame() => ImageSamples.Possible.Sample(
        static image =>
        {
            var file = ImageFormat.Encode(image);
            var decoded = ImageFormat.Decode(file);
            return ImageAssert.AreSame(decoded, image) && ImageFormat.Encode(decoded).AsSpan().SequenceEqual(file);
        },
        iter: 2000);

    [Test]
    public void Decode_NoTimers_ComesBack()
    {
        var image = ImageSamples.Image([]);
        ImageAssert.Same(ImageFormat.Decode(ImageFormat.Encode(image)), image);
    }

    [Test]
    public void Decode_DefaultTimers_AreNone() =>
        Assert.That(ImageFormat.Decode(ImageFormat.Encode(ImageSamples.Image(default))).Timers, Is.Empty);

    [Test]
    public void Encode_IntoWriter_GivesTheSameBytes()
    {
        var output = new ArrayBufferWriter<byte>();
        ImageFormat.Encode(ImageSamples.EveryField, output);
        Assert.That(output.WrittenSpan.ToArray(), Is.EqualTo(ImageFormat.Encode(ImageSamples.EveryField)));
    }

    [Test]
    public void Encode_PeriodicTimers_TakeAtMost20Bytes()
    {
        const int Count = 10_000;
        var body = ImageFormat.Encode(ImageSamples.Periodic(Count)).Length - ImageFormat.Encode(ImageSamples.Periodic(0)).Length;
        Assert.That((double)body / Count, Is.LessThanOrEqualTo(20));
        TestContext.Out.WriteLine($"{(double)body / Count:f1} bytes a timer");
    }

    [Test]
    public void Encode_ManyTimers_AllocatesOnlyItsResult()
    {
        var image = ImageSamples.Periodic(20_000);
        var size = ImageFormat.Encode(image).Length;
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = ImageFormat.Encode(image);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(size + 16_384));
    }

    [Test]
    public void Decode_ManyTimers_AllocatesNothingForOne()
    {
        var file = ImageFormat.Encode(ImageSamples.Periodic(20_000));
        var timer = System.Runtime.CompilerServices.Unsafe.SizeOf<TimerImage>();
        _ = ImageFormat.Decode(file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = ImageFormat.Decode(file);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(20_000 * (timer + 1) + 32_768));
    }

    [Test]
    public void Encode_ImpossibleImage_IsRefused()
    {
        var timer = ImageSamples.EveryField.Timers[0] with { IntervalNs = -1 };
        var wrong = Assert.Throws<ImageException>(() => ImageFormat.Encode(ImageSamples.Image([timer])))!;
        Assert.That(wrong.Field, Is.EqualTo("timers[0].interval"));
    }

    [Test]
    public void Encode_Header_IsReadableJson()
    {
        var text = Encoding.UTF8.GetString(ImageFormat.Encode(ImageSamples.EveryField));
        Assert.That(text, Does.Contain("\"taken_at\":\"2026-01-01T00:00:00.123456789Z\"").And.Contain("\"realtime_ns\":-3600000000000"));
    }

    [Test]
    public void Decode_SparseIds_ComeBack()
    {
        var first = ImageSamples.EveryField.Timers[0];
        var image = ImageSamples.Image([first with { Id = long.MaxValue - 1 }, first with { Id = 5 }, first with { Id = 1L << 40 }], long.MaxValue);
        ImageAssert.Same(ImageFormat.Decode(ImageFormat.Encode(image)), image);
    }

    [Test]
    public void Decode_FrozenWithWallClockSetMeanwhile_ComesBack()
    {
        var e = ImageSamples.EveryField;
        var readings = e.Readings with { Realtime = e.Readings.Realtime.Plus(77) };
        var image = new NamespaceImage { Name = "f", Offsets = e.Offsets, Readings = readings, Host = e.Host, WasFrozen = true };
        ImageAssert.Same(ImageFormat.Decode(ImageFormat.Encode(image)), image);
    }

    [Test]
    public void Decode_WallClockBeforeItsZero_ComesBack()
    {
        var timer = ImageSamples.EveryField.Timers[2] with { Deadline = new ClockTime(-4_000_000_000_000_000_000) };
        var image = ImageSamples.Image([timer]);
        ImageAssert.Same(ImageFormat.Decode(ImageFormat.Encode(image)), image);
    }
}
