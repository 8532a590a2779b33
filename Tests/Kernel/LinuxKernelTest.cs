using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Kernel;

[Platform("Linux")]
internal sealed class LinuxKernelContractTest : KernelContract
{
    protected override IKernel Create() => new LinuxKernel();
}

/// <summary>What is Linux's own: descriptors, and agreement with the clocks of the machine.</summary>
[Platform("Linux")]
internal sealed class LinuxKernelTest
{
    [Test]
    public void IsSupported_Linux64_IsTrue() => Assert.That(LinuxKernel.IsSupported, Is.EqualTo(Environment.Is64BitProcess));

    [Test, NonParallelizable]
    public void Dispose_ThousandKernels_LeaveNoDescriptor()
    {
        new LinuxKernel().Dispose();
        var before = OpenTimers();
        for (var i = 0; i < 1000; i++)
        {
            using var kernel = new LinuxKernel();
            kernel.SetAlarm(ClockBase.Monotonic, ClockTime.Zero);
            kernel.Wait();
        }

        Assert.That(OpenTimers(), Is.EqualTo(before));
    }

    [Test, NonParallelizable]
    public void Descriptors_All_CloseOnExec()
    {
        var before = Descriptors().ToHashSet();
        using var kernel = new LinuxKernel();
        var opened = Descriptors().Where(d => !before.Contains(d) && IsOurs(d)).ToList();
        Assert.That(opened, Has.Count.EqualTo(5));
        Assert.That(opened.Select(d => Flags(d.Fd) & 0x80000), Has.All.EqualTo(0x80000));
    }

    [Test]
    public void Read_AllClocks_NeverAheadOfTheMachine()
    {
        using var kernel = new LinuxKernel();
        for (var i = 0; i < 10_000; i++)
        {
            var now = kernel.Read();
            var (realtime, monotonic, boottime) = (
                LinuxNative.ReadClock(LinuxNative.ClockRealtime),
                LinuxNative.ReadClock(LinuxNative.ClockMonotonic),
                LinuxNative.ReadClock(LinuxNative.ClockBoottime));
            if (now.Realtime.Nanoseconds > realtime || now.Monotonic.Nanoseconds > monotonic || now.Boottime.Nanoseconds > boottime)
            {
                Assert.Fail($"{now} is ahead of {realtime}, {monotonic}, {boottime}.");
            }
        }
    }

    [Test]
    public void Read_TwoKernels_AgreeOnTheWallOffset()
    {
        using var one = new LinuxKernel();
        using var other = new LinuxKernel();
        Assume.That(new LinuxClocks().TryWallOffset(out var exact));
        Assert.That(one.Read().WallOffset, Is.EqualTo(exact));
        Assert.That(other.Read().WallOffset, Is.EqualTo(exact));
    }

    [Test]
    public void KernelException_Message_NamesCallAndError()
    {
        var error = new KernelException("timerfd_create", 24);
        Assert.That(error.Message, Does.StartWith("timerfd_create: ").And.EndWith("(errno 24)"));
        Assert.That((error.Call, error.Errno), Is.EqualTo(("timerfd_create", 24)));
    }

    private static int OpenTimers() => Descriptors().Count(IsOurs);

    private static bool IsOurs((int Fd, string Target) descriptor) =>
        descriptor.Target is "anon_inode:[timerfd]" or "anon_inode:[eventfd]" or "anon_inode:[eventpoll]";

    private static IEnumerable<(int Fd, string Target)> Descriptors()
    {
        foreach (var path in Directory.GetFiles("/proc/self/fd"))
        {
            var target = new FileInfo(path).LinkTarget;
            if (target != null)
            {
                yield return (int.Parse(Path.GetFileName(path)), target);
            }
        }
    }

    private static int Flags(int fd)
    {
        var line = File.ReadLines($"/proc/self/fdinfo/{fd}").First(l => l.StartsWith("flags:", StringComparison.Ordinal));
        return Convert.ToInt32(line[6..].Trim(), 8);
    }
}
