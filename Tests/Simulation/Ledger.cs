using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Tests.Properties;
using TimeNs.Timers;

namespace TimeNs.Tests.Simulation;

/// <summary>
/// The books of every timer, kept from what its readers were told alone and closed with one formula, which knows nothing of how timers
/// work (INV-2, INV-3): <c>told + unread = floor((now - first) / interval) + 1</c>, through every stop, move and offset.
/// </summary>
/// <remarks>An account is void from where the rules themselves give up on the formula: a cancel, set ticks, a wall clock set back, missed ticks dropped.</remarks>
internal sealed class Ledger
{
    private readonly Dictionary<(int Host, string Ns, long Timer), Account> _accounts = [];
    private readonly Dictionary<string, List<(long Timer, Account Account)>> _images = new(StringComparer.Ordinal);

    private readonly Dictionary<(int Host, string Ns, long Timer), int> _waiting = [];

    private sealed record Account(ClockBase Base, bool IsOwnBase, Int128 First, Int128 Interval)
    {
        public Int128 Told { get; set; }

        public Tick? Last { get; set; }

        /// <summary>The subscriptions that were told of it. One that is told of the same again is told of another.</summary>
        public HashSet<string> LastToldTo { get; init; } = new(StringComparer.Ordinal);

        public bool IsVoid { get; set; }
    }

    /// <summary>How many ticks and images were checked.</summary>
    public long Checked { get; private set; }

    /// <summary>The first entry that does not fit.</summary>
    public string? Fault { get; private set; }

    public void Set(Call call, NamespaceTimer timer, TimerSetting setting)
    {
        var (clock, own) = (timer.Clock.Base(), timer.Clock != ClockId.Realtime || setting.IsAbsolute);
        var where = own ? clock : ClockBase.Monotonic;
        var now = timer.Namespace.ReadClocks()[where].Nanoseconds;
        var first = setting.IsAbsolute ? setting.ValueNs : Int128.Min((Int128)now + setting.ValueNs, Model.Never);
        lock (_accounts)
        {
            // An observer that re-arms has neighbours who are still told of the tick of before.
            var before = setting.IsAbsolute ? null : _accounts.GetValueOrDefault((call.Host, call.Ns, call.Timer));
            _accounts[(call.Host, call.Ns, call.Timer)] = new Account(where, own, setting.ValueNs == 0 ? Model.Never : first, setting.IntervalNs)
            {
                Last = before?.Last,
                LastToldTo = before?.LastToldTo ?? new(StringComparer.Ordinal),
                IsVoid = _waiting.GetValueOrDefault((call.Host, call.Ns, call.Timer)) != 0,
            };
        }
    }

    /// <summary>A reader was told; several observers of one tick are one reader.</summary>
    public void Told(Call call, NamespaceTimer timer, Tick tick)
    {
        lock (_accounts)
        {
            var account = Find(call);
            if ((!tick.IsCanceled && tick.Expirations == 0) || !IsNew(account, call, tick))
            {
                return;
            }

            account.IsVoid |= tick.IsCanceled || (!account.IsOwnBase && timer.Namespace.IsClosed);
            if (account.IsVoid)
            {
                return;
            }

            var due = account.First + (account.Told * account.Interval);
            Check(!account.IsOwnBase || (tick.Due.Nanoseconds == due && tick.Due <= tick.At), $"INV-2: {timer} told {tick}, due {due}");
            account.Told += tick.Expirations;
            if (timer.Namespace.IsFrozen)
            {
                return; // its clocks may have been set past deadlines that do not fire before the thaw
            }

            Balance(account, account.IsOwnBase ? tick.At : timer.Namespace.ReadClocks()[account.Base], 0, $"{timer} told {tick}");
        }
    }

    /// <summary>What was not told yet stands in the image.</summary>
    public void Checkpoint(Call call, NamespaceImage image)
    {
        lock (_accounts)
        {
            List<(long, Account)> kept = [];
            foreach (var timer in image.Timers)
            {
                if (!_accounts.TryGetValue((call.Host, call.Ns, timer.Id), out var account))
                {
                    continue;
                }

                kept.Add((timer.Id, account with { LastToldTo = [] }));
                if (!account.IsVoid && !timer.IsCancelPending)
                {
                    var now = image.Readings[timer.Base];
                    var due = !timer.IsArmed ? 0 : Passed(timer.Deadline.Nanoseconds, timer.IntervalNs, now.Nanoseconds);
                    Balance(account, now, image.Unread(timer) + due, $"image of {call.Ns}/{timer.Id}");
                }
            }

            _images[Texts.Of(image)] = kept;
        }
    }

    public void Restore(Call call, NamespaceImage image, RuntimeNamespace restored)
    {
        var back = restored.ReadClocks().Realtime < image.Readings.Realtime;
        lock (_accounts)
        {
            Drop(call.Host, call.Ns);
            foreach (var (id, saved) in _images[Texts.Of(image)])
            {
                var account = _accounts[(call.Host, call.Ns, id)] = saved with { Last = null, LastToldTo = new(StringComparer.Ordinal) };
                var shifted = image.Absolute == AbsoluteTimers.Relative && image.Timers.First(t => t.Id == id).IsAbsolute;
                account.IsVoid |= shifted || call.Policy!.Missed != "count" || (back && account.Base == ClockBase.Realtime);
            }
        }
    }

    /// <summary>A namespace begins anew; one of its name may have lived here before.</summary>
    public void Forget(int host, string ns)
    {
        lock (_accounts)
        {
            Drop(host, ns);
        }
    }

    /// <summary>Before a thaw.</summary>
    public void Thaw(Call call, RuntimeNamespace ns)
    {
        var wall = (Int128)ns.Runtime.ReadClocks().Realtime.Nanoseconds + ns.Offsets.RealtimeNs;
        var back = !call.Policy!.RealtimeFrozen && wall < ns.ReadClocks().Realtime.Nanoseconds;
        Void(k => k.Host == call.Host && k.Ns == call.Ns, a => call.Policy.Missed != "count" || (back && a.Base == ClockBase.Realtime));
    }

    /// <summary>The wall clock of a namespace, or with null of a host, moves.</summary>
    public void ClockSet(int host, string? ns, Int128 by)
    {
        if (by < 0)
        {
            Void(k => k.Host == host && (ns is null || k.Ns == ns), static a => a.Base == ClockBase.Realtime);
        }
    }

    /// <summary>A read begins to wait, or (-1) ends. What is handed to it is on its way for a while and in no book.</summary>
    public void Waits(Call call, int by)
    {
        var key = (call.Host, call.Ns, call.Timer);
        lock (_accounts)
        {
            _waiting[key] = _waiting.GetValueOrDefault(key) + by;
        }

        Void(call);
    }

    public void Void(Call call) => Void(k => k == (call.Host, call.Ns, call.Timer), static _ => true);

    private void Void(Func<(int Host, string Ns, long Timer), bool> of, Func<Account, bool> which)
    {
        lock (_accounts)
        {
            foreach (var account in _accounts.Where(e => of(e.Key) && which(e.Value)).Select(static e => e.Value))
            {
                account.IsVoid = true;
            }
        }
    }

    private void Drop(int host, string ns)
    {
        foreach (var key in _accounts.Keys.Where(k => k.Host == host && k.Ns == ns).ToList())
        {
            _accounts.Remove(key);
        }
    }

    /// <summary>Of a timer that was never set there is nothing to check.</summary>
    private Account Find(Call call)
    {
        var key = (call.Host, call.Ns, call.Timer);
        if (!_accounts.TryGetValue(key, out var account))
        {
            _accounts.Add(key, account = new Account(default, false, Model.Never, 0) { IsVoid = true });
        }

        return account;
    }

    private static bool IsNew(Account account, Call call, Tick tick)
    {
        var isNew = account.Last != tick || call.Act is not (Act.Subscribe or Act.SubscribeSlowly) || account.LastToldTo.Contains(call.Id);
        if (isNew)
        {
            account.Last = tick;
            account.LastToldTo.Clear();
        }

        account.LastToldTo.Add(call.Id);
        return isNew;
    }

    private void Balance(Account account, ClockTime now, Int128 unread, string what)
    {
        var expected = Passed(account.First, account.Interval, now.Nanoseconds);
        Check(account.Told + unread == expected, $"INV-3: {what}: {account.Told} told and {unread} unread of {expected} at {now.Nanoseconds}");
    }

    private void Check(bool holds, string what)
    {
        Checked++;
        Fault ??= holds ? null : what;
    }

    private static Int128 Passed(Int128 first, Int128 interval, Int128 now) =>
        now < first || first >= Model.Never ? 0 : interval == 0 ? 1 : ((now - first) / interval) + 1;
}
