namespace TimeNs.Tool.Client;

/// <summary>What goes on in long work, on a line of a terminal's error stream that is gone at the end; nothing elsewhere.</summary>
internal sealed class Progress(TextWriter error, bool isTerminal) : IDisposable
{
    private const long Step = 1 << 20;

    private long _told = -1;

    public void Say(string what)
    {
        if (isTerminal)
        {
            error.Write($"\r\u001b[K{what}");
            error.Flush();
        }
    }

    /// <summary>Once a megabyte.</summary>
    public void Count(string what, long done, long? all)
    {
        if (done / Step != _told)
        {
            _told = done / Step;
            Say(all is { } total ? $"{what}: {_told} of {total / Step} MiB" : $"{what}: {_told} MiB");
        }
    }

    public void Dispose()
    {
        if (isTerminal)
        {
            error.Write("\r\u001b[K");
            error.Flush();
        }
    }
}
