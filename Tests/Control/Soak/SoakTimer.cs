using TimeNs.Clocks;
using TimeNs.Control.Wire;
using TimeNs.Images;

namespace TimeNs.Tests.Control.Soak;

/// <summary>
/// The book of one periodic timer that was set to a point on its clock: it has expired floor((clock - first) / interval) + 1 times, whatever was done
/// to the offsets (forwards), however long it stood frozen, and through whatever image it went.
/// </summary>
internal sealed class SoakTimer(string name, ClockId clock)
{
    private long _firstNs;
    private long _intervalNs;

    public string Name { get; } = name;

    public ClockId Clock { get; } = clock;

    /// <summary>Expirations that readers were told of since it was set.</summary>
    public ulong Told { get; private set; }

    public bool IsSet => _intervalNs != 0;

    /// <summary>Sets the book to a first expiration so long after a reading, and gives the setting as JSON.</summary>
    public string Set(Readings now, long inNs, long intervalNs)
    {
        (_firstNs, _intervalNs, Told) = (Of(now) + inNs, intervalNs, 0);
        return $$"""{"value":{{_firstNs}},"absolute":true,"interval":{{intervalNs}}}""";
    }

    /// <summary>What is to have expired when the clock reads this.</summary>
    public ulong Due(long atNs) => !IsSet || atNs < _firstNs ? 0 : (ulong)((atNs - _firstNs) / _intervalNs) + 1;

    /// <summary>A read by a call.</summary>
    public void Took(TimerRead read)
    {
        if (read.Status == "empty")
        {
            return;
        }

        Assert.That(read.Status, Is.EqualTo("ticks"), Name);
        Told += read.Expirations;
        Assert.That(Told, Is.EqualTo(Due(read.AtNs!.Value)), $"{Name} on {Clock}: first {_firstNs}, interval {_intervalNs}, read at {read.AtNs}, {read}");
    }

    /// <summary>A tick of a stream; with <paramref name="isWhole"/> nothing of the stream was dropped so far, and it begins where the last one ended.</summary>
    public void Took(TickEvent tick, bool isWhole)
    {
        if (isWhole)
        {
            Assert.That(tick.DueNs, Is.EqualTo(_firstNs + (long)Told * _intervalNs), $"{Name} on {Clock}: {tick}");
        }

        Assert.That(tick.AtNs, Is.GreaterThanOrEqualTo(tick.DueNs), $"{Name}: never early");
        Told += tick.Expirations;
    }

    /// <summary>
    /// What is neither told, nor unread in an image of a frozen namespace, nor to be told when it is thawed: the clocks may have been stopped
    /// just behind a deadline that the engine had not come to.
    /// </summary>
    public long Missing(NamespaceImage image, in TimerImage timer)
    {
        var now = image.Readings[timer.Base].Nanoseconds;
        var ahead = timer.IsArmed && timer.Deadline.Nanoseconds <= now ? (now - timer.Deadline.Nanoseconds) / _intervalNs + 1 : 0;
        return (long)Due(now) - (long)Told - (long)image.Unread(timer) - ahead;
    }

    private long Of(Readings now) => Clock switch { ClockId.Realtime => now.RealtimeNs, ClockId.Monotonic => now.MonotonicNs, _ => now.BoottimeNs };
}
