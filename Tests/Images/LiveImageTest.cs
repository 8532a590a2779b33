using CsCheck;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Timers;

namespace TimeNs.Tests.Images;

/// <summary>Whatever a live namespace does, its checkpoint can be saved and loaded: the rules for images refuse nothing that can be.</summary>
public class LiveImageTest
{
    private const long Millisecond = 1_000_000;

    [Test]
    public void Checkpoint_AfterAnyOperations_IsAnImage() => Gen.Select(Gen.Int[0, 13], Gen.Int[0, 1000], Gen.Long[-5000, 20_000]).List[1, 60]
        .Sample(
            static steps =>
            {
                var table = new NamespaceTable();
                var host = ImageSamples.Host;
                var ns = table.Create("web", ImageSamples.Offsets, host);
                foreach (var (operation, choice, ms) in steps)
                {
                    Step(table, ref ns, ref host, operation, choice, ms * Millisecond);
                    table.ExpireDue(host);
                    var image = ns.Checkpoint(AbsoluteTimers.Keep, "host-a", host);
                    if (!ImageAssert.AreSame(ImageFormat.Decode(ImageFormat.Encode(image)), image))
                    {
                        return false;
                    }
                }

                return true;
            },
            iter: 5000);

    private static void Step(NamespaceTable table, ref TimeNamespace ns, ref ClockReadings host, int operation, int choice, long shift)
    {
        var timer = ns.Timers.ElementAtOrDefault(choice % 5);
        switch (operation)
        {
            case 0 or 1:
                _ = choice % 7 == 0
                    ? ns.CreateEphemeral(ClockIds.All[choice % 5], host)
                    : ns.CreateTimer(ClockIds.All[choice % 5], null, host);
                break;
            case 2 or 3 or 4 when !timer.IsNull:
                var flags = (SettimeFlags)(choice / 5 % 4);
                var value = Math.Max(0, (flags.HasFlag(SettimeFlags.Abstime) ? ns.ReadAt(host)[timer.Clock].Nanoseconds : 0) + shift);
                ns.SetTime(timer, TimerSetting.FromTimespec(flags, Timespec.FromNanoseconds(value), Timespec.FromNanoseconds(choice % 3 * Millisecond)), host);
                break;
            case 5 when !timer.IsNull:
                ns.Read(timer, host, out _);
                break;
            case 6 when !timer.IsNull:
                ns.GetTime(timer, host);
                break;
            case 7 when !timer.IsNull:
                ns.SetTicks(timer, (ulong)choice + 1, host);
                break;
            case 8:
                host = host.Plus(Math.Abs(shift));
                break;
            case 9:
                host = host with { Realtime = host.Realtime.Plus(shift) };
                table.HostClockWasSet(host);
                break;
            case 10:
                ns.SetRealtime(ns.ReadAt(host).Realtime.Plus(shift), host);
                break;
            case 11:
                ns.SetOffsets(ns.Offsets with { MonotonicNs = ns.Offsets.MonotonicNs + Math.Abs(shift), RealtimeNs = ns.Offsets.RealtimeNs + shift }, host);
                break;
            case 12 when ns.IsFrozen:
                ns.Thaw(Policy(choice), host);
                break;
            case 12:
                ns.Freeze(host);
                break;
            case 13:
                var image = ns.Checkpoint(choice % 2 == 0 ? AbsoluteTimers.Keep : AbsoluteTimers.Relative, "host-a", host);
                table.Remove(ns);
                ns = table.Restore(ImageFormat.Decode(ImageFormat.Encode(image)), Policy(choice), null, host);
                break;
        }
    }

    private static RestorePolicy Policy(int choice) => new()
    {
        Realtime = choice % 2 == 0 ? ClockPolicy.Wall : ClockPolicy.Frozen,
        Monotonic = choice % 3 == 0 ? ClockPolicy.Elapsed : ClockPolicy.Frozen,
        Missed = (MissedTicks)(choice % 3),
    };
}
