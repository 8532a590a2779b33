using TimeNs.Control.Access;
using TimeNs.Control.Problems;
using TimeNs.Runtime;

namespace TimeNs.Control.Limits;

/// <summary>Who has made which namespaces and timers, so that no client makes more than it may.</summary>
/// <remarks>
/// What is closed through the control interface leaves at once; what the application closes itself is found when a client reaches its
/// limit, before it is refused. Lock order: this one, then the engine's; the engine never comes here.
/// </remarks>
internal sealed class Ledger
{
    private readonly Lock _gate = new(); // guards what follows
    private readonly Dictionary<long, Account> _accounts = [];

    private sealed class Account
    {
        public HashSet<RuntimeNamespace> Namespaces { get; } = [];

        public Dictionary<RuntimeNamespace, HashSet<long>> Timers { get; } = [];

        public int TimerCount { get; set; }
    }

    /// <summary>Makes a namespace for a client, with what timers it has, when the client may have both.</summary>
    /// <exception cref="ControlException">429: it may not.</exception>
    public RuntimeNamespace AddNamespace(Client client, LimitOptions limits, int timers, Func<RuntimeNamespace> make)
    {
        lock (_gate)
        {
            var account = Of(client);
            CheckRoom(client, "namespaces_per_client", "namespaces", limits.NamespacesPerClient, account, 1, static a => a.Namespaces.Count);
            CheckRoom(client, "timers_per_client", "timers", limits.TimersPerClient, account, timers, static a => a.TimerCount);
            var made = make();
            account.Namespaces.Add(made);
            if (timers != 0)
            {
                Note(account, made, made.Timers.Select(static t => t.Id));
            }

            return made;
        }
    }

    /// <summary>Makes a timer for a client, when it may have one more.</summary>
    /// <exception cref="ControlException">429: it may not.</exception>
    public NamespaceTimer AddTimer(Client client, LimitOptions limits, Func<NamespaceTimer> make)
    {
        lock (_gate)
        {
            var account = Of(client);
            CheckRoom(client, "timers_per_client", "timers", limits.TimersPerClient, account, 1, static a => a.TimerCount);
            var made = make();
            Note(account, made.Namespace, [made.Id]);
            return made;
        }
    }

    public void Remove(NamespaceTimer timer)
    {
        lock (_gate)
        {
            foreach (var account in _accounts.Values)
            {
                if (account.Timers.TryGetValue(timer.Namespace, out var ids) && ids.Remove(timer.Id))
                {
                    account.TimerCount--;
                    return;
                }
            }
        }
    }

    public void Remove(RuntimeNamespace ns)
    {
        lock (_gate)
        {
            foreach (var account in _accounts.Values)
            {
                Remove(account, ns);
            }
        }
    }

    private Account Of(Client client)
    {
        if (!_accounts.TryGetValue(client.Key, out var account))
        {
            _accounts.Add(client.Key, account = new Account());
        }

        return account;
    }

    private static void Note(Account account, RuntimeNamespace ns, IEnumerable<long> timers)
    {
        if (!account.Timers.TryGetValue(ns, out var ids))
        {
            account.Timers.Add(ns, ids = []);
        }

        var before = ids.Count;
        ids.UnionWith(timers);
        account.TimerCount += ids.Count - before;
    }

    private static void Remove(Account account, RuntimeNamespace ns)
    {
        account.Namespaces.Remove(ns);
        if (account.Timers.Remove(ns, out var ids))
        {
            account.TimerCount -= ids.Count;
        }
    }

    private static void CheckRoom(Client client, string limit, string what, int most, Account account, int wanted, Func<Account, int> count)
    {
        if (count(account) > most - wanted)
        {
            ForgetClosed(account);
        }

        if (count(account) > most - wanted)
        {
            throw ControlException.Reached(limit, most, $"Client {client} has made {count(account)} {what} that are live; {wanted} more would be over {most}.");
        }
    }

    private static void ForgetClosed(Account account)
    {
        foreach (var ns in account.Namespaces.Concat(account.Timers.Keys).Where(static ns => ns.IsClosed).ToArray())
        {
            Remove(account, ns);
        }

        foreach (var (ns, ids) in account.Timers)
        {
            var open = ns.Timers.Select(static t => t.Id).ToHashSet();
            account.TimerCount -= ids.RemoveWhere(id => !open.Contains(id));
        }
    }
}
