using System.Runtime.InteropServices;
using NUnit.Framework;

namespace TimeNs.Tests.Linux;

/// <summary>What a timer in a time namespace of the kernel said: the namespace's clock before and after, and the timer's ticks and value.</summary>
/// <param name="Errno">Of the settime.</param>
/// <param name="BeforeNs">The timer's clock before the settime.</param>
/// <param name="AfterNs">The same after the read and the gettime.</param>
/// <param name="Ticks">What a read gave, tried again for 100 ms; null for nothing.</param>
/// <param name="ValueNs">The time remaining after that.</param>
internal sealed record NamespaceChild(int Errno, long BeforeNs, long AfterNs, ulong? Ticks, long ValueNs)
{
    /// <summary>
    /// Sets one timer. In a child of <c>unshare</c>: a process that has unshared hands its namespace on to whatever is born of any of
    /// its threads afterwards (rule N7), so the tests' own must not.
    /// </summary>
    private const string Script = """
        use strict;
        my ($create, $settime, $gettime, $clockget, $clock, $flags, @spec) = map { $_ + 0 } @ARGV;
        sub now { my $t = pack('q2', 0, 0); syscall($clockget, $clock, $t); my ($s, $n) = unpack('q2', $t); return $s * 1000000000 + $n; }
        my $fd = syscall($create, $clock, 0x800);
        die "timerfd_create: $!" if $fd < 0;
        my ($new, $old) = (pack('q4', @spec[2, 3, 0, 1]), pack('q4', 0, 0, 0, 0));
        my $before = now();
        my $errno = syscall($settime, $fd, $flags, $new, $old) < 0 ? $! + 0 : 0;
        open(my $timer, '<&=', $fd) or die "open: $!";
        my ($got, $buffer);
        for (1 .. 50) { $got = sysread($timer, $buffer, 8); last if defined $got; select(undef, undef, undef, 0.002); }
        syscall($gettime, $fd, $old);
        my @value = unpack('q4', $old);
        print join(' ', $errno, $before, now(), defined $got ? unpack('Q', $buffer) : 'none', $value[2] * 1000000000 + $value[3]), "\n";
        """;

    /// <summary>Sets a timer in a new time namespace and reads it.</summary>
    public static NamespaceChild Run(string option, string offset, int clock, int flags, (long S, long N) value, (long S, long N) interval)
    {
        var calls = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => new[] { "283", "286", "287", "228" },
            Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => ["85", "86", "87", "113"],
            var other => throw new IgnoreException($"the numbers of system calls on {other} are not known here"),
        };
        var (code, output, error) = KernelNeeds.Run(
            "unshare", ["--time", option, offset, "perl", "-e", Script, .. calls, $"{clock}", $"{flags}", $"{value.S}", $"{value.N}", $"{interval.S}", $"{interval.N}"]);
        Assert.That(code, Is.Zero, error);
        var said = output.Trim().Split(' ');
        return new NamespaceChild(int.Parse(said[0]), long.Parse(said[1]), long.Parse(said[2]), said[3] == "none" ? null : ulong.Parse(said[3]), long.Parse(said[4]));
    }
}
