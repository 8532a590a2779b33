using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Calls;
using TimeNs.Control.Configuration;
using TimeNs.Control.Service;
using TimeNs.Images;
using TimeNs.Runtime;

namespace TimeNs.Control.State;

/// <summary>
/// Keeps the namespaces of a service: restores them at the start, writes them down at an interval, when one comes or goes, and at the end.
/// </summary>
/// <remarks>
/// <para>What is promised. After a clean stop nothing is lost. After SIGKILL at any moment each namespace comes back as its last whole image
/// has it, which is at most the interval (and a tenth of it) old, and one that a client made or closed a second or more ago is there or
/// gone. <see cref="SaveAsync"/> writes everything down now: what was there when it was called is in the images when it returns.</para>
/// <para>The engine's thread writes nothing: a namespace stops for as long as its checkpoint takes, not for the disk.</para>
/// </remarks>
internal sealed class StateService : IHostedService, IDisposable
{
    /// <summary>How often the service gives a sign of life and looks for namespaces that came or went.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _gate = new(1, 1); // one writer at a time
    private readonly TimeRuntime _runtime;
    private readonly StateConfig _config;
    private readonly ServiceHealth _health;
    private readonly ILogger _log;
    private readonly string _bootId = BootId();
    private readonly Dictionary<string, SavedInfo> _saved = new(StringComparer.Ordinal);
    private readonly List<RestoredInfo> _restored = [];
    private readonly List<RefusedInfo> _refused = [];
    private SignOfLife? _before;
    private ITimer? _beats;
    private ClockTime _nextRound;
    private string? _fault;

    public StateService(TimeRuntime runtime, StateDirectory directory, StateConfig config, ServiceHealth health, ILogger<StateService> log)
    {
        _runtime = runtime;
        Directory = directory;
        _config = config;
        _health = health;
        _log = log;
    }

    public StateDirectory Directory { get; }

    /// <summary>Told how long each checkpoint and each restore took, in seconds.</summary>
    public Action<bool, double>? Measured { get; set; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _before = Directory.LoadSign();
        foreach (var file in Directory.Images)
        {
            RestoreOne(file);
        }

        GiveSign(isClean: false);
        _nextRound = NextRound();
        _beats = _runtime.Host.TimeProvider.CreateTimer(static self => ((StateService)self!).OnBeat(), this, Beat, Beat);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _beats?.Dispose();
        if (await SaveAsync().ConfigureAwait(false))
        {
            GiveSign(isClean: true);
            ServiceLog.StoppedClean(_log, _saved.Count);
        }
    }

    public void Dispose()
    {
        _beats?.Dispose();
        _gate.Dispose();
    }

    public StateInfo Look()
    {
        lock (_saved)
        {
            return new StateInfo
            {
                Directory = Directory.Path,
                IntervalNs = _config.Interval.ToInt64Nanoseconds(),
                Before = _before is null ? "none" : _before.IsClean ? "clean" : "killed",
                LastAlive = _before is null ? null : Answers.Instant(new ClockTime(_before.RealtimeNs)),
                Saved = [.. _saved.Values.OrderBy(static s => s.Namespace, StringComparer.Ordinal)],
                Restored = [.. _restored],
                Refused = [.. _refused],
                SaveFault = _fault,
            };
        }
    }

    /// <summary>Writes namespaces down, all of them unless named, and removes the images of those that are gone.</summary>
    /// <returns>False when one of them could not be written: then the service is degraded until one can.</returns>
    public async Task<bool> SaveAsync(IReadOnlyCollection<string>? names = null)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            return Save(names);
        }
        finally
        {
            _gate.Release();
        }
    }

    private static string BootId()
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

    private void OnBeat()
    {
        if (!_gate.Wait(0))
        {
            return; // it is being written as it is
        }

        try
        {
            var all = _runtime.ReadClocks().Monotonic >= _nextRound;
            Save(all ? null : NamesThatCameOrWent());
            GiveSign(isClean: false);
            if (all)
            {
                _nextRound = NextRound();
            }
        }
        catch (ObjectDisposedException)
        {
            // The runtime has ended meanwhile.
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            Fail("state", failed.Message);
            ServiceLog.StateFailed(_log, failed.Message);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Not exactly the interval, so that many services do not write at the same moment: a tenth more or less.</summary>
    private ClockTime NextRound()
    {
        var ns = _config.Interval.ToInt64Nanoseconds();
        return new ClockTime(_runtime.ReadClocks().Monotonic.Nanoseconds + ns - (ns / 10) + Random.Shared.NextInt64(ns / 5));
    }

    private List<string> NamesThatCameOrWent()
    {
        var live = LiveNames();
        return [.. live.Except(_saved.Keys, StringComparer.Ordinal), .. _saved.Keys.Except(live, StringComparer.Ordinal)];
    }

    private HashSet<string> LiveNames() =>
        [.. _runtime.Namespaces.Where(n => n != _runtime.Host && !n.IsClosed).Select(static n => n.Name)];

    private bool Save(IReadOnlyCollection<string>? names)
    {
        var done = true;
        foreach (var name in names ?? [.. LiveNames().Union(_saved.Keys, StringComparer.Ordinal)])
        {
            done &= SaveOne(name);
        }

        if (names is null or { Count: not 0 })
        {
            _fault = done ? null : _fault;
            if (done)
            {
                _health.Clear("state");
            }
        }

        return done;
    }

    private bool SaveOne(string name)
    {
        try
        {
            var start = _runtime.ReadClocks().Monotonic;
            if (Take(name) is not { } image)
            {
                File.Delete(Directory.FileOf(name));
                Note(name, null);
                return true;
            }

            Directory.Save(image);
            Note(name, new SavedInfo { Namespace = name, Taken = Answers.Instant(image.Host.Realtime), Timers = image.Timers.Length });
            Measured?.Invoke(true, _runtime.ReadClocks().Monotonic.Since(start) / 1e9);
            return true;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or ImageException)
        {
            Fail("state", $"namespace {name}: {failed.Message}");
            ServiceLog.SaveFailed(_log, name, failed.Message);
            return false;
        }
    }

    /// <summary>Null when the namespace is gone.</summary>
    private NamespaceImage? Take(string name)
    {
        try
        {
            return _runtime.FindNamespace(name)?.Checkpoint();
        }
        catch (ObjectDisposedException) when (!_runtime.Host.Engine.IsStopping)
        {
            return null;
        }
    }

    private void RestoreOne(string file)
    {
        try
        {
            var start = _runtime.ReadClocks().Monotonic;
            var image = ImageFile.Load(file);
            if (!string.Equals(Directory.FileOf(image.Name), file, StringComparison.Ordinal))
            {
                throw new ImageException("name", $"the image is of namespace '{image.Name}', which has another file");
            }

            var ns = _runtime.Restore(image, _config.Restore);
            if (image.WasFrozen)
            {
                ns.Freeze();
            }

            Told(image);
            Note(image.Name, new SavedInfo { Namespace = image.Name, Taken = Answers.Instant(image.Host.Realtime), Timers = image.Timers.Length });
            Measured?.Invoke(false, _runtime.ReadClocks().Monotonic.Since(start) / 1e9);
        }
        catch (Exception refused) when (refused is ImageException or OffsetRangeException or TimeNamespaceException or IOException or UnauthorizedAccessException)
        {
            PutAside(file, refused.Message);
        }
    }

    private void Told(NamespaceImage image)
    {
        var now = _runtime.ReadClocks();
        var mayMiss = _before is { IsClean: false };
        var told = new RestoredInfo
        {
            Namespace = image.Name,
            Taken = Answers.Instant(image.Host.Realtime),
            Timers = image.Timers.Length,
            DownNs = Between(image.Host, now, _before?.BootId),
            MayMiss = mayMiss,
            MissesAtLeastNs = mayMiss ? Between(image.Host, new ClockReadings(new ClockTime(_before!.RealtimeNs), default, new ClockTime(_before.BoottimeNs)), _bootId) : 0,
            MissesAtMostNs = mayMiss ? Between(image.Host, now, _before?.BootId) : 0,
        };
        _restored.Add(told);
        ServiceLog.Restored(_log, told.Namespace, told.Timers, told.Taken, told.DownNs);
        if (mayMiss)
        {
            ServiceLog.MayMiss(_log, told.Namespace, told.Taken, told.MissesAtLeastNs, told.MissesAtMostNs);
        }
    }

    /// <summary>By CLOCK_BOOTTIME while the machine was not started again, else by the wall clock, which may have been set.</summary>
    private long Between(in ClockReadings earlier, in ClockReadings later, string? bootId) => Math.Max(0,
        bootId is { Length: > 0 } && string.Equals(bootId, _bootId, StringComparison.Ordinal) ? later.Boottime.Since(earlier.Boottime) : later.Realtime.Since(earlier.Realtime));

    private void PutAside(string file, string reason)
    {
        var aside = StateDirectory.PutAside(file);
        _refused.Add(new RefusedInfo { File = Path.GetFileName(aside), Reason = reason });
        _health.Degrade("images", "an image could not be restored");
        ServiceLog.ImageRefused(_log, Path.GetFileName(file), Path.GetFileName(aside), reason);
    }

    private void Note(string name, SavedInfo? saved)
    {
        lock (_saved)
        {
            if (saved is null)
            {
                _saved.Remove(name);
            }
            else
            {
                _saved[name] = saved;
            }
        }
    }

    private void Fail(string what, string reason)
    {
        _fault = reason;
        _health.Degrade(what, "the state directory cannot be written");
    }

    private void GiveSign(bool isClean)
    {
        var now = _runtime.ReadClocks();
        Directory.SaveSign(new SignOfLife
        {
            BootId = _bootId,
            Pid = Environment.ProcessId,
            RealtimeNs = now.Realtime.Nanoseconds,
            BoottimeNs = now.Boottime.Nanoseconds,
            IsClean = isClean,
        });
    }
}
