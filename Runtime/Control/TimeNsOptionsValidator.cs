using Microsoft.Extensions.Options;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Control.Wire;

namespace TimeNs.Control;

/// <summary>The ranges that the options declare.</summary>
[OptionsValidator]
internal sealed partial class TimeNsRangesValidator : IValidateOptions<TimeNsOptions>;

/// <summary>What a range cannot say: names, texts of times, users and groups, and the token.</summary>
internal sealed class TimeNsOptionsValidator : IValidateOptions<TimeNsOptions>
{
    public ValidateOptionsResult Validate(string? name, TimeNsOptions options)
    {
        List<string> faults = [];
        foreach (var (ns, clocks) in options.Namespaces)
        {
            Check(faults, $"Namespaces:{ns}", () => ConfiguredNamespaces.Check(ns, clocks));
        }

        if (options.HostName is { } host && Images.ImageRules.HostNameFault(host) is { } fault)
        {
            faults.Add($"HostName: {fault}");
        }

        if (options.Access is { } access)
        {
            Check(faults, "Access", () => _ = new Access.AccessPolicy(access));
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults.Select(static f => $"{TimeNsOptions.Section}:{f}"));
    }

    private static void Check(List<string> faults, string where, Action check)
    {
        try
        {
            check();
        }
        catch (Exception refused) when (refused is ArgumentException or IOException or UnauthorizedAccessException)
        {
            faults.Add($"{where}: {refused.Message}");
        }
    }
}

/// <summary>The namespaces of the options, checked and made.</summary>
internal static class ConfiguredNamespaces
{
    /// <exception cref="ArgumentException">An impossible name, or a text that is no time.</exception>
    public static void Check(string name, NamespaceOptions? clocks)
    {
        PathNames.CheckNamespace(name, "name");
        _ = OffsetsOf(clocks, new ClockReadings(ClockTime.FromInstant(Instant.FromUtc(2026, 1, 1, 0, 0)), ClockTime.Zero, ClockTime.Zero));
    }

    public static ClockOffsets OffsetsOf(NamespaceOptions? clocks, in ClockReadings host)
    {
        var at = host;
        return new(
            Read(clocks?.Realtime, ClockBase.Realtime, at), Read(clocks?.Monotonic, ClockBase.Monotonic, at), Read(clocks?.Boottime, ClockBase.Boottime, at));
    }

    private static long Read(string? text, ClockBase clock, in ClockReadings host) =>
        text is null ? 0 : TimeInput.Offset(new TimeText(text), clock, clock.ToString().ToLowerInvariant(), host);
}
