using NodaTime;
using TimeNs.Clocks;

namespace TimeNs.Images;

/// <summary>One wake-up that a restore would lead to.</summary>
/// <param name="TimerId">The timer.</param>
/// <param name="Name">Its name, or null.</param>
/// <param name="In">Time from the restore to the wake-up; zero for what would be readable at once.</param>
/// <param name="Expirations">What a read at that moment would return; 0 when <paramref name="IsCanceled"/>.</param>
/// <param name="Deadline">The first deadline passed, on the timer's clock.</param>
/// <param name="IsCanceled">The restore would set the wall clock under this cancel-on-set timer.</param>
public readonly record struct ForecastEntry(
    long TimerId, string? Name, Duration In, ulong Expirations, ClockTime Deadline, bool IsCanceled);

/// <summary>What a restore would fire, and when, if it happened now.</summary>
/// <param name="Offsets">The offsets that the namespace would get.</param>
/// <param name="Readings">What its clocks would read.</param>
/// <param name="Fires">One entry a wake-up, in order. An unread timer wakes its readers once (rule F2).</param>
public sealed record Forecast(ClockOffsets Offsets, ClockReadings Readings, IReadOnlyList<ForecastEntry> Fires);
