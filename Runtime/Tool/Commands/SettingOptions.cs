using System.CommandLine;
using TimeNs.Control.Wire;

namespace TimeNs.Tool.Commands;

/// <summary>What a timer is to be set to (timerfd_settime).</summary>
internal sealed class SettingOptions
{
    private readonly Option<TimeText?> _value = TimeOptions.OfSpan("--value", "Time to the first expiration; 0 disarms the timer.");
    private readonly Option<TimeText?> _at = TimeOptions.OfPoint("--at", "The moment of the first expiration, on the timer's clock.");
    private readonly Option<TimeText?> _interval = TimeOptions.OfSpan("--interval", "Time between further expirations; none unless given.");
    private readonly Option<bool> _cancelOnSet = new("--cancel-on-set") { Description = "Tell a reader when the wall clock was set (with --at on a REALTIME clock)." };

    public IReadOnlyList<Option> All => [_value, _at, _interval, _cancelOnSet];

    /// <summary>What was given; null when nothing was.</summary>
    /// <exception cref="ToolException">Not both, not neither.</exception>
    public SettingRequest? Read(ParseResult parsed)
    {
        var request = new SettingRequest
        {
            Value = parsed.GetValue(_value),
            At = parsed.GetValue(_at),
            Interval = parsed.GetValue(_interval),
            CancelOnSet = parsed.GetValue(_cancelOnSet),
        };
        return request switch
        {
            { Value: null, At: null, Interval: null, CancelOnSet: false } => null,
            { Value: null, At: null, Interval: { } interval } => request with { Value = interval },
            { Value: null, At: null } => throw new ToolException("--cancel-on-set needs --at, or it has nothing to cancel"),
            { Value: not null, At: not null } => throw new ToolException("--value and --at exclude each other"),
            _ => request,
        };
    }
}
