using TimeNs.Runtime;

namespace TimeNs.Tool.Scenarios;

/// <summary>
/// The open fds of a scenario. An fd is a name of its own over all namespaces, and the name of its timer, by which it is found
/// again after a restore.
/// </summary>
internal sealed class FdTable
{
    private readonly Dictionary<string, NamespaceTimer> _open = new(StringComparer.Ordinal);

    /// <exception cref="TimeNamespaceException">EBADF: not open.</exception>
    public NamespaceTimer Get(string fd) =>
        _open.GetValueOrDefault(fd) ?? throw new TimeNamespaceException(Errno.EBADF, $"There is no open fd '{fd}'");

    /// <exception cref="TimeNamespaceException">EEXIST: open already.</exception>
    public void CheckFree(string fd)
    {
        if (_open.ContainsKey(fd))
        {
            throw new TimeNamespaceException(Errno.EEXIST, $"The fd '{fd}' is open already");
        }
    }

    public void Add(string fd, NamespaceTimer timer) => _open.Add(fd, timer);

    public void Remove(string fd) => _open.Remove(fd);

    /// <summary>Drops what a namespace that stopped took with it. The names, for whoever keeps more under them.</summary>
    public IReadOnlyList<string> RemoveClosed()
    {
        var closed = _open.Where(static entry => entry.Value.IsClosed).Select(static entry => entry.Key).ToArray();
        foreach (var fd in closed)
        {
            _open.Remove(fd);
        }

        return closed;
    }

    public bool HasAny(RuntimeNamespace ns) => _open.Values.Any(timer => timer.Namespace == ns);
}
