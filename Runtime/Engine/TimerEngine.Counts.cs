namespace TimeNs.Runtime;

/// <content>What is counted, for whoever measures: without the lock, so that a collector holds nobody up.</content>
internal sealed partial class TimerEngine
{
    public long Wakeups => Volatile.Read(ref _wakeups);

    public long Expirations => Volatile.Read(ref _expirations);

    public long HostClockSets => Volatile.Read(ref _hostClockSets);

    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>Its namespaces, the host of the first shard among them. Takes the lock while they are listed; what is read of them then is read without it.</summary>
    public TimeNamespace[] ListNamespaces()
    {
        lock (Gate)
        {
            return IsStopping ? [] : [.. Table.Namespaces.Where(static ns => ns.Tag is RuntimeNamespace)];
        }
    }
}
