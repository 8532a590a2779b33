using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Control.Wire;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Control.Calls;

/// <summary>The calls about timers.</summary>
internal static class TimerCalls
{
    private const int LongestPage = 1000;
    private const int UsualPage = 100;

    public static Task List(ControlCall call)
    {
        var ns = call.Namespace();
        var after = call.Number("after", 0, long.MaxValue, 0);
        var limit = (int)call.Number("limit", 1, LongestPage, UsualPage);
        var found = ns.LookAtTimers(after, limit + 1);
        var page = found.Take(limit).Select(t => Answers.Of(ns.Name, t)).ToArray();
        return call.AnswerAsync(new TimerList { Timers = page, Next = found.Count > limit ? page[^1].Id : null }, ControlJson.Default.TimerList);
    }

    public static Task Show(ControlCall call) => Answer(call, call.Timer());

    /// <summary>The setting is read before anything is made, so that a bad one makes nothing.</summary>
    public static async Task Create(ControlCall call)
    {
        var ns = call.Namespace();
        var request = (await call.ReadJsonAsync(ControlJson.Default.CreateTimerRequest).ConfigureAwait(false))!;
        var clock = TimerClock.Parse(request.Clock, "clock");
        var name = request.Name is null ? null : PathNames.CheckTimer(request.Name, "name");
        var setting = request.Set is { } set ? SettingOf(set, clock, "set.") : (TimerSetting?)null;
        var timer = call.Service.Ledger.AddTimer(call.Client, call.Limits, () => ns.CreateTimer(clock, name));
        call.Service.Events.Created(timer);
        if (setting is { } first)
        {
            timer.Set(first);
        }

        await Answer(call, timer).ConfigureAwait(false);
    }

    /// <summary>Whether it fires is worked out just before: what becomes due between is due in either case.</summary>
    public static async Task Set(ControlCall call)
    {
        var timer = call.Timer();
        var request = (await call.ReadJsonAsync(ControlJson.Default.SettingRequest).ConfigureAwait(false))!;
        var dryRun = call.IsTrue("dry_run");
        var setting = SettingOf(request, timer.Clock, "");
        var fires = FiresAtOnce(timer, setting);
        var before = timer.Look();
        var result = dryRun ? new SettimeResult(before.Value, Canceled: false) : timer.Set(setting);
        await call.AnswerAsync(
            new TimerSet
            {
                OldValueNs = result.Old.ValueNs,
                OldIntervalNs = result.Old.IntervalNs,
                Canceled = result.Canceled,
                Timer = Answers.Of(timer.Namespace.Name, timer.Look()),
                DryRun = dryRun,
                Fires = fires,
            },
            ControlJson.Default.TimerSet).ConfigureAwait(false);
    }

    public static Task Read(ControlCall call) =>
        call.AnswerAsync(Answers.Of(call.Timer().TryRead(out Tick tick), tick), ControlJson.Default.TimerRead);

    public static Task Close(ControlCall call)
    {
        var timer = call.Timer();
        timer.Dispose();
        call.Service.Ledger.Remove(timer);
        call.Service.Events.Closed(timer);
        return call.Done();
    }

    /// <summary>An absolute deadline that has passed fires at once (rule S9), but not while the clocks stand.</summary>
    private static Fire? FiresAtOnce(NamespaceTimer timer, in TimerSetting setting)
    {
        var now = timer.Namespace.ReadClocks()[timer.Clock].Nanoseconds;
        return !setting.IsAbsolute || setting.ValueNs == 0 || setting.ValueNs > now || timer.Namespace.IsFrozen ? null : new Fire
        {
            Id = timer.Id,
            Name = timer.Name,
            Clock = timer.Clock.LinuxName(),
            InNs = 0,
            Expirations = setting.IntervalNs == 0 ? 1 : Forward.Count(setting.ValueNs, setting.IntervalNs, now, out _),
            Canceled = false,
        };
    }

    private static Task Answer(ControlCall call, NamespaceTimer timer) =>
        call.AnswerAsync(Answers.Of(timer.Namespace.Name, timer.Look()), ControlJson.Default.TimerInfo);

    internal static TimerSetting SettingOf(SettingRequest request, ClockId clock, string prefix)
    {
        if (request.Value is null == request.At is null)
        {
            throw ControlCall.Bad(prefix + "value", "Either value or at must be there, and not both.");
        }

        var flags = (request.At is not null || request.Absolute ? SettimeFlags.Abstime : SettimeFlags.None)
            | (request.CancelOnSet ? SettimeFlags.CancelOnSet : SettimeFlags.None);
        var value = request.At is { } at ? TimeInput.Point(at, clock, prefix + "at").Nanoseconds
            : request.Absolute ? TimeInput.Point(request.Value!.Value, clock, prefix + "value").Nanoseconds
            : Nanoseconds(request.Value!.Value, prefix + "value");
        if (value < 0 || (value == 0 && request.At is not null))
        {
            throw ControlCall.Bad(prefix + (request.At is null ? "value" : "at"),
                request.At is null ? "The time to the first expiration must not be negative; 0 disarms the timer." : "A point on the clock must be later than the clock's zero.");
        }

        var interval = request.Interval is { } every ? Nanoseconds(every, prefix + "interval") : 0;
        return interval < 0
            ? throw ControlCall.Bad(prefix + "interval", "The interval must not be negative.")
            : TimerSetting.FromTimespec(flags, Timespec.FromNanoseconds(value), Timespec.FromNanoseconds(interval));
    }

    private static long Nanoseconds(TimeText text, string parameter) => ClockTime.FromSinceZero(TimeInput.Span(text, parameter)).Nanoseconds;
}
