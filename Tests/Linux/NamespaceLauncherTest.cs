using System.Diagnostics;
using System.Text.Json.Nodes;
using TimeNs.Tool.Scenarios.Kernel;

namespace TimeNs.Tests.Linux;

/// <summary>Processes in kernel time namespaces, and none there by accident.</summary>
[Platform("Linux"), NonParallelizable]
public class NamespaceLauncherTest
{
    private const long Hour = 3_600_000_000_000;

    /// <summary>Rule N7: threads that are born on a thread which has unshared take every later child of the process along.</summary>
    [Test]
    public void Start_ChildrenAfterwards_AreOutside()
    {
        Assume.That(KernelSupport.Find(), Is.EqualTo(new KernelSupport(null, false)), "needs CAP_SYS_ADMIN and time namespaces");
        Start(default).Dispose();
        using var inside = Start(new NamespaceOffsets(Hour, -1));
        Assert.That(TimeNamespaceOf(inside.Id), Is.Not.EqualTo(TimeNamespaceOf(Environment.ProcessId)));
        var children = new Process[20];
        Parallel.For(0, children.Length, i => children[i] = Process.Start(new ProcessStartInfo("sleep", "60") { UseShellExecute = false })!);
        var namespaces = children.Select(static child => TimeNamespaceOf(child.Id)).ToList();
        foreach (var child in children)
        {
            child.Kill();
            child.WaitForExit();
            child.Dispose();
        }

        Assert.That(namespaces, Has.All.EqualTo(TimeNamespaceOf(Environment.ProcessId)));
    }

    [Test]
    public void Start_Offsets_Apply()
    {
        Assume.That(KernelSupport.Find(), Is.EqualTo(new KernelSupport(null, false)), "needs CAP_SYS_ADMIN and time namespaces");
        using var inside = Start(new NamespaceOffsets(Hour, -1_500_000_000));
        Assert.That(inside.Greet());
        Assert.That(Ahead(inside, KernelCalls.Monotonic), Is.InRange(Hour, Hour + 2_000_000_000));
        Assert.That(Ahead(inside, KernelCalls.Boottime), Is.InRange(-1_500_000_000, 500_000_000));
        Assert.That(Ahead(inside, KernelCalls.Realtime), Is.InRange(0, 2_000_000_000));
    }

    [Test]
    public void Start_OffsetOutOfRange_IsRefusedByTheKernel()
    {
        Assume.That(KernelSupport.Find(), Is.EqualTo(new KernelSupport(null, false)), "needs CAP_SYS_ADMIN and time namespaces");
        Assert.That(NamespaceLauncher.Start(new NamespaceOffsets(0, long.MinValue / 2), out var child), Is.EqualTo((int)Errno.ERANGE));
        Assert.That(child, Is.Null);
    }

    [Test]
    public void Start_ThroughAUserNamespace_AppliesWholeSeconds()
    {
        Assume.That(File.Exists("/proc/self/timens_offsets") && UserNamespaceLauncher.WhyNot() is null, "needs user and time namespaces, and unshare");
        using var inside = new KernelProcess(UserNamespaceLauncher.Start(new NamespaceOffsets(Hour + 1, -1_600_000_000), out var applied));
        Assert.That(inside.Greet());
        Assert.That(applied, Is.EqualTo(new NamespaceOffsets(Hour, -2_000_000_000)));
        Assert.That(Ahead(inside, KernelCalls.Monotonic), Is.InRange(Hour, Hour + 2_000_000_000));
        Assert.That(Ahead(inside, KernelCalls.Boottime), Is.InRange(-2_000_000_000, 0));
    }

    [TestCase(-9_500_000_000, "monotonic -10 500000000\nboottime 1 0\n")]
    [TestCase(1, "monotonic 0 1\nboottime 1 0\n")]
    public void ToLines_NegativeFraction_CountsUpFromTheSecondBelow(long monotonicNs, string lines)
    {
        var offsets = new NamespaceOffsets(monotonicNs, 1_000_000_000);
        Assert.That(offsets.ToLines(), Is.EqualTo(lines));
        Assert.That(NamespaceOffsets.Parse(lines.Split('\n')), Is.EqualTo(offsets));
    }

    private static KernelProcess Start(NamespaceOffsets offsets)
    {
        Assert.That(NamespaceLauncher.Start(offsets, out var child), Is.Zero);
        return new KernelProcess(child!);
    }

    /// <summary>At least the truth, and as much more as the answer took.</summary>
    private static long Ahead(KernelProcess inside, int clock)
    {
        var before = KernelCalls.ReadClock(clock);
        var time = inside.Do(new JsonObject { ["do"] = "clock_gettime", ["ns"] = "host", ["clock"] = clock })["time"]!.AsArray();
        return (time[0]!.GetValue<long>() * 1_000_000_000) + time[1]!.GetValue<long>() - before;
    }

    private static string TimeNamespaceOf(int process) => new FileInfo($"/proc/{process}/ns/time").LinkTarget!;
}
