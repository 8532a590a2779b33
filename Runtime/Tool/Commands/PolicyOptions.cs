using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Images;
using TimeNs.Tool.Scenarios.Verbs;

namespace TimeNs.Tool.Commands;

/// <summary>A restore policy in words: a preset, and single clocks over it.</summary>
internal sealed class PolicyOptions
{
    private readonly Option<string?> _clocks = CommonOptions.Word("--clocks", "How the clocks go on (default suspend).", Policies.Presets);
    private readonly Option<string?> _realtime = CommonOptions.Word("--realtime", "REALTIME alone.", Policies.OfRealtime);
    private readonly Option<string?> _monotonic = CommonOptions.Word("--monotonic", "MONOTONIC alone.", Policies.OfOthers);
    private readonly Option<string?> _boottime = CommonOptions.Word("--boottime", "BOOTTIME alone.", Policies.OfOthers);
    private readonly Option<string?> _missed = CommonOptions.Word("--missed", "Periods that passed meanwhile (default count).", Policies.OfMissed);

    public IReadOnlyList<Option> All => [_clocks, _realtime, _monotonic, _boottime, _missed];

    /// <summary>As the engine takes it.</summary>
    public RestorePolicy Read(ParseResult parsed)
    {
        var preset = parsed.Choose(_clocks, Policies.Presets, RestorePolicy.Suspend);
        return preset with
        {
            Realtime = parsed.Choose(_realtime, Policies.OfRealtime, preset.Realtime),
            Monotonic = parsed.Choose(_monotonic, Policies.OfOthers, preset.Monotonic),
            Boottime = parsed.Choose(_boottime, Policies.OfOthers, preset.Boottime),
            Missed = parsed.Choose(_missed, Policies.OfMissed, preset.Missed),
        };
    }

    /// <summary>As the service takes it: what was given and no more.</summary>
    public ThawRequest Words(ParseResult parsed) => new()
    {
        Clocks = parsed.GetValue(_clocks),
        Realtime = parsed.GetValue(_realtime),
        Monotonic = parsed.GetValue(_monotonic),
        Boottime = parsed.GetValue(_boottime),
        Missed = parsed.GetValue(_missed),
    };
}
