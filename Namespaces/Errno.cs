namespace TimeNs;

/// <summary>The error numbers of Linux that this library refuses with, under the names of <c>man errno</c>.</summary>
public enum Errno
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The operation needs a capability that the caller lacks.</summary>
    EPERM = 1,

    /// <summary>No such namespace, timer or image.</summary>
    ENOENT = 2,

    /// <summary>Not an open timer.</summary>
    EBADF = 9,

    /// <summary>Nothing to read now.</summary>
    EAGAIN = 11,

    /// <summary>The offset can no longer be moved that way.</summary>
    EACCES = 13,

    /// <summary>Something is still in use.</summary>
    EBUSY = 16,

    /// <summary>The name is taken.</summary>
    EEXIST = 17,

    /// <summary>A malformed argument.</summary>
    EINVAL = 22,

    /// <summary>A clock would leave its range.</summary>
    ERANGE = 34,

    /// <summary>The operation cannot be done on this object.</summary>
    EOPNOTSUPP = 95,

    /// <summary>The wall clock was set under a cancel-on-set timer.</summary>
    ECANCELED = 125,
}
