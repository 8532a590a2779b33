namespace TimeNs.Images;

/// <summary>Where records are put one after another: an array that grows to what the records so far let expect of the rest.</summary>
/// <param name="records">How many will come.</param>
internal sealed class RecordBuffer(int records)
{
    /// <summary>Room for the first records, from which the size of all is guessed.</summary>
    private const int Sample = 256;

    private byte[] _bytes = GC.AllocateUninitializedArray<byte>((Math.Min(records, Sample) + 1) * TimerRecord.MaxPlainSize + TimerRecord.MaxSize);

    /// <summary>Bytes that hold records.</summary>
    public int Length { get; private set; }

    /// <summary>Room for records of any size after those that are there.</summary>
    /// <param name="done">How many are there.</param>
    /// <param name="more">How many will come.</param>
    /// <exception cref="ImageException">They are more than an array holds.</exception>
    public Span<byte> Reserve(int done, int more = 1)
    {
        var room = more * TimerRecord.MaxSize;
        if (_bytes.Length - Length < room)
        {
            Grow(done, room);
        }

        return _bytes.AsSpan(Length);
    }

    /// <summary>The array, with at least <see cref="TimerRecords.Slack"/> bytes behind the records, and not many more.</summary>
    public byte[] Close()
    {
        var needed = Length + TimerRecords.Slack;
        if (_bytes.Length < needed || _bytes.Length - needed > needed / 4)
        {
            Array.Resize(ref _bytes, needed);
        }

        return _bytes;
    }

    public void Take(int bytes) => Length += bytes;

    private void Grow(int done, int room)
    {
        var needed = (long)Length + room;
        if (needed > Array.MaxLength)
        {
            throw new ImageException("timers", "more than fit into an image of 2 GiB");
        }

        var average = (double)Length / Math.Max(1, done);
        var guess = (long)(average * records * 17 / 16) + room;
        var larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, Math.Max(guess, needed + Length / 4)));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        _bytes = larger;
    }
}
