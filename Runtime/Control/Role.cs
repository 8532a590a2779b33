namespace TimeNs.Control;

/// <summary>What a client of the control interface may do. Each role includes those before it.</summary>
public enum Role
{
    /// <summary>Nothing but to ask whether the service is alive.</summary>
    None = 0,

    /// <summary>Look at everything, change nothing.</summary>
    Read,

    /// <summary>Everything.</summary>
    Admin,
}
