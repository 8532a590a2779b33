namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>How this process can have kernel time namespaces, if it can.</summary>
/// <param name="NoNamespaces">Why it cannot; null when it can.</param>
/// <param name="ThroughUserNamespace">Whether only through a user namespace, for want of privilege.</param>
internal sealed record KernelSupport(string? NoNamespaces, bool ThroughUserNamespace)
{
    public static KernelSupport Find()
    {
        if (!File.Exists("/proc/self/timens_offsets"))
        {
            return new KernelSupport("this kernel has no time namespaces (CONFIG_TIME_NS)", ThroughUserNamespace: false);
        }

        if (NamespaceLauncher.Probe() is var errno and not 0)
        {
            return UserNamespaceLauncher.WhyNot() is { } reason
                ? new KernelSupport($"no time namespaces: {KernelCalls.MessageOf("unshare(CLONE_NEWTIME)", errno)}; {reason}", ThroughUserNamespace: false)
                : new KernelSupport(NoNamespaces: null, ThroughUserNamespace: true);
        }

        return new KernelSupport(NoNamespaces: null, ThroughUserNamespace: false);
    }
}
