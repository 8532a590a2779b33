namespace TimeNs.Tool.Client;

/// <summary>What goes on in long work, on a line of a terminal's error stream that is gone at the end; nothing elsewhere.</summary>
internal sealed class Progress(TextWriter error, bool isTerminal) : IDisposable
{
    private const long Step = 1 << 20;
    private const int TimerStep = 10_000;

    private long _told = -1;

    public void Say(string what)
    {
        if (isTerminal)
        {
            error.Write($"\r\u001b[K{what}");
            error.Flush();
        }
    }

    /// <summary>Once in some ten thousand timers.</summary>
    public void CountTimers(string what, int done, int all)
    {
        if (done / TimerStep != _told)
        {
            _told = done / TimerStep;
            Say($"{what}: {_told * TimerStep} of {all} timers");
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

    public void Dispose() => Clear();

    /// <summary>Before something else is written: nothing goes on at the moment.</summary>
    public void Clear()
    {
        if (isTerminal)
        {
            error.Write("\r\u001b[K");
            error.Flush();
        }
    }
}
