using System.Text;
using NUnit.Framework;
using TimeNs.Images;

namespace TimeNs.Tests.Images;

/// <summary>Images with a good checksum that no checkpoint can have written (INV-8, the patch's fault B9).</summary>
public class ImpossibleImageTest
{
    private const byte Monotonic = 1, Armed = 0x40, Expired = 0x80, AbsoluteFlagged = 0x18;
    private static readonly byte[] File = ImageFormat.Encode(ImageSamples.EveryField);

    [TestCase("\"name\":\"web\"", "\"name\":\"\"", "name", "empty")]
    [TestCase("\"name\":\"web\"", "\"name\":\"host\"", "name", "host itself")]
    [TestCase("\"name\":\"web\"", "\"name\":\"\\ud800\"", "name", "")]
    [TestCase("\"name\":\"web\"", "\"name\":null", "name", "")]
    [TestCase("\"name\":\"web\",", "", "header", "name")]
    [TestCase("\"name\":\"web\"", "\"name\":\"web\",\"name\":\"web\"", "name", "")]
    [TestCase("\"name\":\"web\"", "\"name\":\"web\",\"extra\":1", "extra", "extra")]
    [TestCase("\"host_name\":\"host-a\"", "\"host_name\":\"a\\u0007b\"", "host_name", "not a host's name")]
    [TestCase("\"absolute\":\"keep\"", "\"absolute\":\"refuse\"", "absolute", "neither keep nor relative")]
    [TestCase("\"taken_at\":\"2026", "\"taken_at\":\"2025", "taken_at", "not the host's wall time")]
    [TestCase("\"taken_at\":\"2026", "\"taken_at\":\"x2026", "taken_at", "not the host's wall time")]
    [TestCase("\"next_timer_id\":1000", "\"next_timer_id\":0", "next_timer_id", "less than 1")]
    [TestCase("\"next_timer_id\":1000", "\"next_timer_id\":5", "next_timer_id", "leaves no ids")]
    [TestCase("\"next_timer_id\":1000", "\"next_timer_id\":900", "timers[4].id", "900 is outside 1..899")]
    [TestCase("\"next_timer_id\":1000", "\"next_timer_id\":1e3", "next_timer_id", "")]
    [TestCase("\"ephemeral_timers\":2", "\"ephemeral_timers\":-2", "ephemeral_timers", "negative")]
    [TestCase("\"had_timers\":true", "\"had_timers\":false", "had_timers", "ids were given out")]
    [TestCase("\"monotonic_ns\":1500000000000", "\"monotonic_ns\":1500000000001", "offsets", "not the host's plus the offsets")]
    [TestCase("\"monotonic_ns\":1500000000000", "\"monotonic_ns\":-1", "readings", "Monotonic reads -0.000000001s")]
    [TestCase("\"monotonic_ns\":1500000000000", "\"monotonic_ns\":9223372036854775807", "readings", "never")]
    [TestCase("\"monotonic_ns\":1500000000000", "\"monotonic_ns\":9223372036854775808", "readings.monotonic_ns", "")]
    [TestCase("\"monotonic_ns\":1000000000000", "\"monotonic_ns\":-1000000000000", "host", "at least 0")]
    [TestCase("\"frozen\":false", "\"frozen\":0", "frozen", "")]
    public void Decode_ImpossibleHeader_IsRefused(string old, string replacement, string field, string reason) =>
        ImageAssert.Refused(ImageSurgery.WithHeader(File, old, replacement), field, reason);

    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("")]
    [TestCase("{}")]
    [TestCase("{} {}")]
    public void Decode_HeaderThatIsNone_IsRefused(string header) =>
        Assert.That(ImageAssert.Refused(ImageSurgery.Build(header, [])).Field, Is.EqualTo("header"));

    [Test]
    public void Decode_HeaderNotUtf8_IsRefused()
    {
        var header = Encoding.UTF8.GetBytes(ImageSurgery.Header(File));
        header[header.AsSpan().IndexOf("web"u8)] = 0xFF;
        ImageAssert.Refused(ImageSurgery.Build(header, ImageSurgery.Body(File)), "header", "not UTF-8");
    }

    [Test]
    public void Decode_HeaderOfManyLines_IsReadAndPointedInto()
    {
        var header = ImageSurgery.Header(File).Replace(",", ",\n", StringComparison.Ordinal);
        Assert.That(ImageFormat.Decode(ImageSurgery.Build(header, ImageSurgery.Body(File))).Name, Is.EqualTo("web"));
        header = header.Replace("false", "0", StringComparison.Ordinal);
        var wrong = ImageAssert.Refused(ImageSurgery.Build(header, ImageSurgery.Body(File)));
        Assert.That(wrong.Offset - 24, Is.InRange(header.IndexOf("\"frozen\"", StringComparison.Ordinal), header.IndexOf("\"had", StringComparison.Ordinal)));
    }

    [Test]
    public void Decode_FaultInHeader_GivesItsPlace()
    {
        var file = ImageSurgery.WithHeader(File, "\"next_timer_id\":1000", "\"next_timer_id\":0");
        var place = ImageSurgery.Header(file).IndexOf("\"next_timer_id\":", StringComparison.Ordinal) + "\"next_timer_id\":".Length;
        Assert.That(ImageAssert.Refused(file).Offset, Is.EqualTo(24 + place));
    }

    [TestCase("clock", "no clock with index 5", new byte[] { 5, 0, 0 })]
    [TestCase("state", "armed and expired", new byte[] { Monotonic | Armed | Expired, 0, 0 })]
    [TestCase("lengths", "0x99", new byte[] { Monotonic | Armed, 0, 0x99 })]
    [TestCase("deadline", "neither armed nor expired", new byte[] { Monotonic, 0, 0x01, 5 })]
    [TestCase("deadline", "neither armed nor expired", new byte[] { Monotonic, 0, 0x0F })]
    [TestCase("deadline", "more bytes than it needs", new byte[] { Monotonic | Armed, 0, 0x02, 5, 0 })]
    [TestCase("deadline", "out of range", new byte[] { Monotonic | Armed, 0, 0x07, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    [TestCase("deadline", "needs 8 bytes where 3 are left", new byte[] { Monotonic | Armed, 0, 0x08, 1, 2, 3 })]
    [TestCase("deadline", "has not passed yet", new byte[] { Monotonic | Expired, 1, 0x01, 2, 1 })]
    [TestCase("deadline", "has not passed yet", new byte[] { Expired, 1, 0x0F, 1 })]
    [TestCase("interval", "negative", new byte[] { Monotonic | Armed, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x80 })]
    [TestCase("interval", "more bytes than it needs", new byte[] { Monotonic | Armed, 0, 0x10, 0 })]
    [TestCase("id", "more bytes than it needs", new byte[] { Monotonic, 0x40, 0, 0 })]
    [TestCase("id", "more bytes than it needs", new byte[] { Monotonic, 0x80, 0, 255, 0, 0 })]
    [TestCase("id", "0 is outside 1..999", new byte[] { Monotonic, 0x40, 0, 1 })]
    [TestCase("ticks", "expired, but without a tick", new byte[] { Monotonic | Expired, 0, 0 })]
    [TestCase("ticks", "there, but zero", new byte[] { Monotonic | Armed, 1, 0, 0 })]
    [TestCase("ticks", "more bytes than it needs", new byte[] { Monotonic | Armed, 1, 0, 0x81, 0 })]
    [TestCase("ticks", "more than 64 bits", new byte[] { Monotonic | Armed, 1, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2 })]
    [TestCase("ticks", "needs 1 bytes where 0 are left", new byte[] { Monotonic | Armed, 1, 0, 0x81 })]
    [TestCase("first_due", "no tick", new byte[] { Monotonic | Armed, 2, 0, 0 })]
    [TestCase("first_due", "later than the deadline", new byte[] { Monotonic | Armed, 3, 0, 1, 2 })]
    [TestCase("first_due", "has not passed yet", new byte[] { Monotonic | Armed, 3, 0x01, 10, 1, 1 })]
    [TestCase("first_due", "out of range", new byte[] { Monotonic, 3, 0, 1, 1 })]
    [TestCase("remembered", "there, but zero", new byte[] { Monotonic | Armed, 4, 0, 0 })]
    [TestCase("name", "empty", new byte[] { Monotonic | Armed, 8, 0, 0 })]
    [TestCase("name", "not UTF-8", new byte[] { Monotonic | Armed, 8, 0, 1, 0xFF })]
    [TestCase("name", "control", new byte[] { Monotonic | Armed, 8, 0, 1, 7 })]
    [TestCase("name", "more than a name can have", new byte[] { Monotonic | Armed, 8, 0, 0x81, 3 })]
    [TestCase("name", "needs 9 bytes where 1 are left", new byte[] { Monotonic | Armed, 8, 0, 9, 65 })]
    [TestCase("flags", "not on the cancel list", new byte[] { 0x38 | Armed, 0, 0 })]
    [TestCase("cancel", "only REALTIME", new byte[] { Monotonic | Armed, 0x10, 0 })]
    [TestCase("cancel", "only REALTIME", new byte[] { Monotonic | Armed, 0x20, 0 })]
    [TestCase("cancel", "not absolute", new byte[] { Armed, 0x10, 0 })]
    [TestCase("absolute", "does not agree", new byte[] { Monotonic | Armed | 0x08, 0, 0 })]
    [TestCase("absolute", "does not agree", new byte[] { Monotonic | Armed | 0x10, 0, 0 })]
    public void Decode_ImpossibleTimer_IsRefused(string field, string reason, byte[] record) =>
        ImageAssert.Refused(ImageSurgery.WithRecord(record), $"timers[0].{field}", reason);

    [Test]
    public void Decode_NeverAsADifference_IsRefused()
    {
        var difference = TimerRecord.ZigZag(long.MaxValue - ImageSamples.Readings.Monotonic.Nanoseconds);
        ImageAssert.Refused(
            ImageSurgery.WithRecord([Monotonic | Armed, 0, 8, .. BitConverter.GetBytes(difference)]), "timers[0].deadline", "code of its own");
    }

    [Test]
    public void Decode_ExpiredWithAllTicks_IsReadAsSaturated() =>
        Assert.That(ImageFormat.Decode(ImageFormat.Encode(ImageSamples.EveryField)).Timers[3].Ticks, Is.EqualTo(ulong.MaxValue));

    [Test]
    public void Decode_AbsoluteFlaggedTimer_IsRead() =>
        Assert.That(ImageFormat.Decode(ImageSurgery.WithRecord(Monotonic | Armed | AbsoluteFlagged, 0, 0)).Timers[0].IsAbsolute);

    [Test]
    public void Decode_IdTwice_IsRefused()
    {
        var header = ImageSurgery.Header(File).Replace("\"timers\":5", "\"timers\":2", StringComparison.Ordinal);
        var second = new byte[] { Monotonic, 0x40, 0, 1 };
        ImageAssert.Refused(ImageSurgery.Build(header, [Monotonic, 0, 0, .. second]), "timers[1].id", "1 is there twice");
        var sparse = header.Replace("\"next_timer_id\":1000", "\"next_timer_id\":100000", StringComparison.Ordinal);
        ImageAssert.Refused(ImageSurgery.Build(sparse, [Monotonic, 0, 0, .. second]), "timers[1].id", "1 is there twice");
    }

    [Test]
    public void Decode_NameTwice_IsRefused()
    {
        var header = ImageSurgery.Header(File).Replace("\"timers\":5", "\"timers\":2", StringComparison.Ordinal);
        byte[] named = [Monotonic, 8, 0, 1, (byte)'a'];
        var wrong = ImageAssert.Refused(ImageSurgery.Build(header, [.. named, .. named]));
        Assert.That((wrong.Field, wrong.Offset), Is.EqualTo(("timers[1].name", (long?)(24 + Encoding.UTF8.GetByteCount(header) + named.Length))));
    }
}
