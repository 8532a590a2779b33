using System.Collections.Concurrent;

namespace TimeNs.Control.Service;

/// <summary>What is wrong with a service that lives. From any thread.</summary>
internal sealed class ServiceHealth
{
    private readonly ConcurrentDictionary<string, string> _reasons = new(StringComparer.Ordinal);

    public bool IsDegraded => !_reasons.IsEmpty;

    /// <summary>What is wrong, by what it is about.</summary>
    public IReadOnlyDictionary<string, string> Reasons => _reasons;

    public void Degrade(string what, string reason) => _reasons[what] = reason;

    public void Clear(string what) => _reasons.TryRemove(what, out _);
}
