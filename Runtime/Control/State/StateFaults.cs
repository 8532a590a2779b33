using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TimeNs.Control.Service;
using TimeNs.Images;

namespace TimeNs.Control.State;

/// <summary>
/// What of the state cannot be written, by namespace. Each fault is logged when it begins and not again each time it is tried; the service is
/// degraded as long as there is one.
/// </summary>
internal sealed class StateFaults(ServiceHealth health, ILogger log)
{
    /// <summary>In place of a namespace's name, which is never empty nor has a control character in front.</summary>
    public const string OfSign = "\u0001sign";

    /// <inheritdoc cref="OfSign"/>
    public const string OfConfig = "\u0001config";

    private readonly ConcurrentDictionary<string, string> _reasons = new(StringComparer.Ordinal);

    /// <summary>One of them, for people; null when there is none.</summary>
    public string? First => _reasons.OrderBy(static r => r.Key, StringComparer.Ordinal).Select(static r => Tell(r.Key, r.Value)).FirstOrDefault();

    public bool Has(string name) => _reasons.ContainsKey(name);

    /// <returns>False when the disk refuses.</returns>
    public bool Try(string name, Action write)
    {
        try
        {
            write();
            Clear(name);
            return true;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or ImageException)
        {
            Add(name, failed.Message);
            return false;
        }
    }

    /// <summary>Forgets the faults of namespaces that are gone.</summary>
    public void ClearOthers(IEnumerable<string> names)
    {
        foreach (var gone in _reasons.Keys.Except([.. names, OfSign, OfConfig], StringComparer.Ordinal))
        {
            Clear(gone);
        }
    }

    private static string Tell(string name, string reason) => name is OfSign or OfConfig ? reason : $"namespace {name}: {reason}";

    private void Add(string name, string reason)
    {
        if (_reasons.TryAdd(name, reason))
        {
            if (name is OfSign or OfConfig)
            {
                ServiceLog.StateFailed(log, reason);
            }
            else
            {
                ServiceLog.SaveFailed(log, name, reason);
            }
        }

        _reasons[name] = reason;
        health.Degrade("state", "the state directory cannot be written");
    }

    private void Clear(string name)
    {
        if (_reasons.TryRemove(name, out _) && _reasons.IsEmpty)
        {
            health.Clear("state");
            ServiceLog.StateRecovered(log);
        }
    }
}
