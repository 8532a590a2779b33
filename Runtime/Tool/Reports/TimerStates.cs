using TimeNs.Images;

namespace TimeNs.Tool.Reports;

/// <summary>The state of a timer in an image in one word.</summary>
internal static class TimerStates
{
    public static string Of(in TimerImage timer) =>
        timer is { MightCancel: true, IsCancelPending: true } ? "canceled"
        : timer.IsExpired ? "expired"
        : timer.IsArmed ? "armed"
        : "disarmed";

    /// <summary>Armed for a time that no clock reaches (rule S8).</summary>
    public static bool NeverFires(in TimerImage timer) => timer.IsArmed && timer.Deadline.IsNever;
}
