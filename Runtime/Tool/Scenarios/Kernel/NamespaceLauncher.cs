using System.Diagnostics;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>
/// Starts this program again, inside a new kernel time namespace.
/// </summary>
/// <remarks>
/// <c>unshare(CLONE_NEWTIME)</c> moves not the caller but its children, and every thread that the calling thread starts inherits
/// that (rules N6, N7): a pool worker born there would take the next child of the whole process into the namespace. So it is done on a thread
/// that lives for this alone, and only after a child was started in the ordinary way, so that the threads of the process path are there.
/// </remarks>
internal static class NamespaceLauncher
{
    /// <summary>Starts it in the namespaces of this process.</summary>
    public static Process Start() => Process.Start(Command())!;

    /// <summary>The errno that this process meets when it wants a time namespace, 0 for none.</summary>
    public static int Probe() => OnThreadOfItsOwn(static () => KernelCalls.Unshare(KernelCalls.NewTimeNamespace));

    /// <summary>Starts it in a new time namespace.</summary>
    /// <param name="offsets">Against the clocks of this process.</param>
    /// <param name="process">The child, when there is no error.</param>
    /// <returns>The errno that the offsets met, 0 for none.</returns>
    public static int Start(NamespaceOffsets offsets, out Process? process)
    {
        Process? child = null;
        var errno = OnThreadOfItsOwn(() =>
        {
            var failed = Unshare(offsets);
            child = failed == 0 ? Start() : null;
            return failed;
        });
        process = child;
        return errno;
    }

    /// <summary>
    /// The namespace is the calling thread's. <c>/proc/self</c> would be the leader's, which has not moved, and <c>/proc/thread-self</c>
    /// has no such file.
    /// </summary>
    private static int Unshare(NamespaceOffsets offsets)
    {
        if (KernelCalls.Unshare(KernelCalls.NewTimeNamespace) is var errno and not 0)
        {
            return errno;
        }

        var thread = Path.GetFileName(new FileInfo("/proc/thread-self").LinkTarget);
        var path = $"/proc/{thread}/timens_offsets";
        var inherited = NamespaceOffsets.Parse(File.ReadLines(path));
        return KernelCalls.WriteFile(path, inherited.Plus(offsets).ToLines());
    }

    private static int OnThreadOfItsOwn(Func<int> work)
    {
        var result = 0;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                failure = e;
            }
        })
        { IsBackground = true, Name = "timens unshare" };
        thread.UnsafeStart();
        thread.Join();
        return failure is null ? result : throw new ToolException($"cannot start itself: {Errors.OneLine(failure.Message)}");
    }

    /// <summary>The program itself; where it runs in another's process (<c>dotnet timens.dll</c>, a test), by its assembly.</summary>
    public static ProcessStartInfo Command()
    {
        var self = Environment.ProcessPath ?? "";
        var assembly = typeof(NamespaceLauncher).Assembly.Location;
        var isOwn = Path.GetFileNameWithoutExtension(self) == typeof(NamespaceLauncher).Assembly.GetName().Name;
        var isDotnet = Path.GetFileNameWithoutExtension(self) == "dotnet";
        var start = new ProcessStartInfo(isOwn || isDotnet ? self : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (!isOwn)
        {
            start.ArgumentList.Add(assembly);
        }

        start.ArgumentList.Add(Commands.KernelHostCommand.Name);
        return start;
    }
}
