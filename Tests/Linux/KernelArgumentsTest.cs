using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Linux;

/// <summary>Arguments good and bad, in every combination: <c>timens simulate</c> is asked to give the errno that the kernel gives.</summary>
[TestFixture, Platform("Linux")]
internal sealed class KernelArgumentsTest
{
    private static readonly (long S, long N)[] Specs =
        [(0, 0), (0, 1), (1, 0), (1, 999_999_999), (0, 1_000_000_000), (0, -1), (-1, 0), (-1, 1_000_000_001), (9_223_372_036, 0), (9_223_372_036, 1_000_000_000), (long.MaxValue, 0), (long.MinValue, 0)];

    private readonly List<string> _lines = [];

    [SetUp]
    public void Clear() => _lines.Clear();

    [Test]
    public void Create_AnyClockAndFlags_SameErrno()
    {
        KernelNeeds.WakeAlarm();
        foreach (var clock in Enumerable.Range(-2, 20).Append(99).Append(int.MinValue))
        {
            foreach (var flags in (int[])[0, 1, 2, 0x800, 0x80000, 0x80800, 0x80801, 0x400, 0x100000, int.MinValue])
            {
                var fd = $"t{_lines.Count}";
                using var timer = KernelTimer.Create(clock, flags, out var errno);
                Ask($"\"timerfd_create\",\"ns\":\"host\",\"fd\":\"{fd}\",\"clock\":{clock},\"flags\":{flags}", errno);
                Ask($"\"timerfd_gettime\",\"fd\":\"{fd}\"", errno == 0 ? 0 : (int)Errno.EBADF, "\"value\":[0,0]");
            }
        }

        Simulate();
    }

    [Test]
    public void Settime_AnyFlagsAndTimespecs_SameErrno()
    {
        using var timer = KernelTimer.Create(1, KernelTimer.NonBlock, out _)!;
        Ask("\"timerfd_create\",\"ns\":\"host\",\"fd\":\"t\",\"clock\":1", 0);
        foreach (var flags in (int[])[0, 1, 2, 3, 4, 7, 8, 0x800, int.MinValue])
        {
            foreach (var value in Specs)
            {
                foreach (var interval in Specs)
                {
                    var setting = $"\"flags\":{flags},\"value\":[{value.S},{value.N}],\"interval\":[{interval.S},{interval.N}]";
                    Ask($"\"timerfd_settime\",\"fd\":\"t\",{setting}", timer.SetTime(flags, new(value.S, value.N), new(interval.S, interval.N), out _), "");
                    Ask($"\"timerfd_settime\",\"fd\":\"nobody\",{setting}", KernelTimer.SetTime(-1, flags, new(value.S, value.N), new(interval.S, interval.N), out _));
                    timer.GetTime(out var now);
                    Ask("\"timerfd_gettime\",\"fd\":\"t\"", 0, $"\"interval\":[{now.IntervalNs / 1_000_000_000},{now.IntervalNs % 1_000_000_000}]");
                }
            }
        }

        Simulate();
    }

    [TestCase(0, 22), TestCase(7, 22), TestCase(8, 0), TestCase(64, 0)]
    public void Read_BufferOfAnySize_NeedsEightBytes(int size, int errno)
    {
        using var timer = KernelTimer.Create(1, KernelTimer.NonBlock, out _)!;
        timer.SetTime(1, new Timespec(0, 1), default, out _);
        Assert.That(timer.IsReadable(timeoutMs: 1000));
        Assert.That(timer.Read(out var ticks, size), Is.EqualTo(errno));
        Assert.That(errno != 0 || ticks == 1);
    }

    /// <summary>A call, and the errno or a part of the result that is expected; a success without one is not looked at.</summary>
    private void Ask(string call, int errno, string result = "") =>
        _lines.Add($"{{\"do\":{call},\"expect\":{{{(errno == 0 ? result : $"\"errno\":\"{(Errno)errno}\"")}}}}}");

    private void Simulate()
    {
        using var folder = new TestFolder();
        var run = ToolRun.Of("simulate", "--quiet", folder.Write("arguments.jsonl", [.. _lines]));
        Assert.That(run.Code, Is.Zero, string.Join('\n', run.OutputLines.Concat(run.ErrorLines).Take(10)));
    }
}
