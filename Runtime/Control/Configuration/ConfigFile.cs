using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TimeNs.Control.Service;
using TimeNs.Control.State;

namespace TimeNs.Control.Configuration;

/// <summary>
/// The configuration file of a service: applied at the start, and again whenever it changes or SIGHUP comes. A file that is wrong, or that
/// the engine refuses, changes nothing and says why.
/// </summary>
/// <remarks>
/// The file is compared with the one that was applied last, also by an earlier process when there is a state directory: so a restart
/// applies what a reload would have. What it touched is written down before it counts as applied.
/// </remarks>
internal sealed class ConfigFile(
    ConfigSource source, ControlService service, ServiceHealth health, ServiceManager manager, ILogger<ConfigFile> log, StateService? state = null)
    : IHostedService, IDisposable
{
    /// <summary>An editor writes, renames, and writes again: only when it is quiet for this long is the file read.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);

    /// <summary>For what no watch tells of: a symbolic link whose target is changed, a file system of another machine.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private ServiceConfig? _applied;
    private IReadOnlySet<string> _made = new HashSet<string>(StringComparer.Ordinal);
    private FileSystemWatcher? _watcher;
    private int _isAsked;
    private ITimer? _quiet;
    private ITimer? _poll;

    public string FilePath => source.FilePath;

    /// <summary>When it was applied, as text; null before.</summary>
    public string? AppliedInstant { get; private set; }

    /// <summary>Why the file as it is now is not applied; empty when it is.</summary>
    public IReadOnlyList<string> Faults { get; private set; } = [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (state?.Directory.LoadApplied() is { } earlier)
            {
                (_applied, _made) = Earlier(earlier);
            }

            await ApplyAsync(source.Current).ConfigureAwait(false);
        }
        catch (ConfigException refused) when (_applied is not null)
        {
            source.Use(_applied); // its access and limits hold too
            Refuse([.. refused.Message.Split('\n')]); // what was restored is worth more than a service that does not come up
        }
        finally
        {
            _gate.Release();
        }

        Watch();
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        StopWatching();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        StopWatching();
        _gate.Dispose();
    }

    /// <summary>Has the file read again, even when it is what it was: files that it names may have changed. Many wishes at once are one.</summary>
    public void Ask()
    {
        if (Interlocked.Exchange(ref _isAsked, 1) == 0)
        {
            _ = ReloadAsync(always: true);
        }
    }

    /// <summary>Reads the file again, and applies it when it is not what it was, or when <paramref name="always"/>.</summary>
    /// <returns>False when it is refused.</returns>
    public async Task<bool> ReloadAsync(bool always = false)
    {
        try
        {
            await _gate.WaitAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            return false; // the service has stopped meanwhile
        }

        try
        {
            if (always)
            {
                Volatile.Write(ref _isAsked, 0); // whoever asks from here on wants what comes after this reading
            }

            var bytes = await File.ReadAllBytesAsync(FilePath).ConfigureAwait(false);
            if (!always && bytes.AsSpan().SequenceEqual(source.Bytes))
            {
                return Faults.Count == 0;
            }

            manager.TellReloading();
            source.Bytes = bytes;
            await ApplyAsync(ConfigParser.Parse(bytes, FilePath)).ConfigureAwait(false);
            manager.TellReady("configuration applied");
            return true;
        }
        catch (ConfigException refused)
        {
            Refuse([.. refused.Message.Split('\n')]);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            Refuse([$"{FilePath}: {unreadable.Message}"]);
        }
        catch (ObjectDisposedException)
        {
            // The runtime has ended meanwhile.
        }
        finally
        {
            _gate.Release();
        }

        return false;
    }

    private async Task ApplyAsync(ServiceConfig next)
    {
        var change = new ConfigChange(service, _applied, next, _made);
        change.Apply(FilePath);
        if (source.Current.Fixed != next.Fixed)
        {
            ServiceLog.NeedsRestart(log, FilePath);
        }

        (_applied, _made, Faults) = (next, change.MadeByFile, []);
        source.Use(next);
        AppliedInstant = Calls.Answers.Instant(service.Runtime.ReadClocks().Realtime);
        health.Clear("configuration");
        ServiceLog.ConfigApplied(log, FilePath, change.Touched.Count);
        foreach (var name in change.Left)
        {
            ServiceLog.NamespaceLeft(log, name);
        }

        if (state is not null)
        {
            var applied = new AppliedConfig { File = System.Text.Encoding.UTF8.GetString(source.Bytes), Made = [.. _made] };
            await state.NoteAppliedAsync(applied, change.Touched).ConfigureAwait(false);
        }
    }

    private void Refuse(IReadOnlyList<string> faults)
    {
        Faults = faults;
        health.Degrade("configuration", "the configuration file is refused");
        foreach (var fault in faults)
        {
            ServiceLog.ConfigRefused(log, fault);
        }

        manager.TellReady("the configuration file is refused; the one before holds");
    }

    private (ServiceConfig? Applied, IReadOnlySet<string> Made) Earlier(AppliedConfig earlier)
    {
        var made = earlier.Made.ToHashSet(StringComparer.Ordinal);
        try
        {
            return (ConfigParser.Parse(System.Text.Encoding.UTF8.GetBytes(earlier.File), "applied"), made);
        }
        catch (ConfigException unknown)
        {
            ServiceLog.AppliedUnknown(log, unknown.Faults[0].ToString());
            return (null, made);
        }
    }

    /// <summary>The folder is watched, not the file: most editors, and a mounted ConfigMap, put another file in its place.</summary>
    private void Watch()
    {
        var time = service.Runtime.Own.TimeProvider;
        _quiet = time.CreateTimer(static self => _ = ((ConfigFile)self!).ReloadAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _poll = time.CreateTimer(static self => _ = ((ConfigFile)self!).ReloadAsync(), this, Poll, Poll);
        var folder = Path.GetDirectoryName(FilePath)!;
        try
        {
            _watcher = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size };
            _watcher.Changed += OnFolderChanged;
            _watcher.Created += OnFolderChanged;
            _watcher.Deleted += OnFolderChanged;
            _watcher.Renamed += OnFolderChanged;
            _watcher.EnableRaisingEvents = true;
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException or ArgumentException)
        {
            ServiceLog.NotWatched(log, folder, (int)Poll.TotalSeconds, none.Message);
        }
    }

    private void OnFolderChanged(object sender, FileSystemEventArgs e)
    {
        try
        {
            _quiet?.Change(Quiet, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The service stops.
        }
    }

    private void StopWatching()
    {
        _watcher?.Dispose();
        _quiet?.Dispose();
        _poll?.Dispose();
    }
}
