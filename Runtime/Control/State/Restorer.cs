using Microsoft.Extensions.Logging;
using TimeNs.Clocks;
using TimeNs.Control.Calls;
using TimeNs.Control.Service;
using TimeNs.Images;
using TimeNs.Runtime;

namespace TimeNs.Control.State;

/// <summary>Brings back at the start what is in the state directory, and says what may be missing in it.</summary>
/// <remarks>
/// <code>
///   image taken ──────────── last sign of life ──── killed ──────── this start
///        │◀── at least this ──▶│                                       │
///        │◀────────────────────────── at most this ───────────────────▶│
/// </code>
/// What clients did in that time, after the image, is not in it. CLOCK_BOOTTIME measures it where images, sign and start are of one start of
/// the machine; else the wall clock does, which somebody may have set.
/// </remarks>
internal sealed class Restorer(TimeRuntime runtime, StateDirectory directory, RestorePolicy policy, ServiceHealth health, ILogger log)
{
    private readonly List<RestoredInfo> _restored = [];
    private readonly List<RefusedInfo> _refused = [];
    private SignOfLife? _before;
    private bool _hadImages;

    /// <summary>Of the machine, since its start; empty when it has none.</summary>
    public string BootId { get; } = ReadBootId();

    /// <summary>Whether readings of CLOCK_BOOTTIME in the images can be compared with one of now.</summary>
    public bool AreImagesOfThisBoot => !_hadImages || IsThisBoot(_before?.ImagesBootId);

    private bool MayMiss => _before is { IsClean: false } || (_before is null && _hadImages);

    /// <summary>Restores each image, as it is asked for the next one. One that cannot be is put aside.</summary>
    public IEnumerable<(RuntimeNamespace Namespace, SavedInfo Info, double Seconds)> Run()
    {
        _before = directory.LoadSign();
        var images = directory.Images;
        _hadImages = images.Count != 0;
        foreach (var file in images)
        {
            var start = runtime.ReadClocks().Monotonic;
            if (Restore(file) is var (ns, info))
            {
                yield return (ns, info, runtime.ReadClocks().Monotonic.Since(start) / 1e9);
            }
        }
    }

    /// <summary>For a start that has failed.</summary>
    public void PutSignBack()
    {
        if (_before is { } sign)
        {
            directory.SaveSign(sign, isForGood: true);
        }
        else
        {
            directory.RemoveSign();
        }
    }

    public StateInfo Look() => new()
    {
        Directory = directory.Path,
        Before = _before is null ? (_hadImages ? "unknown" : "none") : _before.IsClean ? "clean" : "killed",
        LastAlive = _before is null ? null : Answers.Instant(new ClockTime(_before.RealtimeNs)),
        Restored = [.. _restored],
        Refused = [.. _refused],
    };

    public static SavedInfo InfoOf(NamespaceImage image) =>
        new() { Namespace = image.Name, Taken = Answers.Instant(image.Host.Realtime), Timers = image.Timers.Length };

    private static string ReadBootId()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private (RuntimeNamespace Namespace, SavedInfo Info)? Restore(string file)
    {
        try
        {
            var image = ImageFile.Load(file);
            if (!string.Equals(directory.FileOf(image.Name), file, StringComparison.Ordinal))
            {
                throw new ImageException("name", $"the image is of namespace '{image.Name}', which has another file");
            }

            var ns = runtime.Restore(image, policy);
            if (image.WasFrozen)
            {
                ns.Freeze();
            }

            Tell(image);
            return (ns, InfoOf(image));
        }
        catch (Exception refused) when (refused is ImageException or OffsetRangeException or TimeNamespaceException or IOException or UnauthorizedAccessException)
        {
            PutAside(file, refused.Message);
            return null;
        }
    }

    private void Tell(NamespaceImage image)
    {
        var now = runtime.ReadClocks();
        var least = MayMiss && _before is { } sign ? Between(image.Host, new ClockTime(sign.RealtimeNs), new ClockTime(sign.BoottimeNs), sign.BootId) : 0;
        var told = new RestoredInfo
        {
            Namespace = image.Name,
            Taken = Answers.Instant(image.Host.Realtime),
            Timers = image.Timers.Length,
            DownNs = Math.Max(0, now.Realtime.Since(image.Host.Realtime)),
            MayMiss = MayMiss,
            MissesAtLeastNs = least,
            MissesAtMostNs = MayMiss ? Math.Max(least, Between(image.Host, now.Realtime, now.Boottime, BootId)) : 0, // the wall clock may have been set back
        };
        _restored.Add(told);
        ServiceLog.Restored(log, told.Namespace, told.Taken, told.DownNs, told.Timers);
        if (told.MayMiss)
        {
            ServiceLog.MayMiss(log, told.Namespace, told.Taken, told.MissesAtLeastNs, told.MissesAtMostNs);
        }
    }

    /// <param name="image">When an image was taken.</param>
    /// <param name="realtime">A later moment.</param>
    /// <param name="boottime">The same moment.</param>
    /// <param name="bootId">The start of the machine that the later moment belongs to.</param>
    private long Between(in ClockReadings image, ClockTime realtime, ClockTime boottime, string bootId) => Math.Max(0,
        bootId.Length != 0 && string.Equals(_before?.ImagesBootId, bootId, StringComparison.Ordinal) ? boottime.Since(image.Boottime) : realtime.Since(image.Realtime));

    private bool IsThisBoot(string? bootId) => BootId.Length != 0 && string.Equals(bootId, BootId, StringComparison.Ordinal);

    private void PutAside(string file, string reason)
    {
        var aside = StateDirectory.PutAside(file);
        _refused.Add(new RefusedInfo { File = Path.GetFileName(aside), Reason = reason });
        health.Degrade("images", "an image could not be restored");
        ServiceLog.ImageRefused(log, Path.GetFileName(file), Path.GetFileName(aside), reason);
    }
}
