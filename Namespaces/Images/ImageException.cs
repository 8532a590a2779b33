namespace TimeNs.Images;

/// <summary>Refuses an image that is damaged, unknown or impossible: whole, with the field and the reason (INV-8).</summary>
public sealed class ImageException : FormatException
{
    /// <param name="field">The field at fault, for example <c>timers[3].interval</c>.</param>
    /// <param name="reason">What is wrong with it, with its value.</param>
    /// <param name="offset">Where in the file it stands, in bytes; null when the image did not come from bytes.</param>
    public ImageException(string field, string reason, long? offset = null)
        : base(offset is { } at ? $"{field} at byte {at}: {reason}" : $"{field}: {reason}")
    {
        Field = field;
        Reason = reason;
        Offset = offset;
    }

    /// <summary>The field at fault.</summary>
    public string Field { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }

    /// <summary>Where in the file the field stands, in bytes, when the image came from bytes.</summary>
    public long? Offset { get; }
}
