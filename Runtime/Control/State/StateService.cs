using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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
internal sealed class StateService : IHostedLifecycleService, IDisposable
{
    /// <summary>How often the service gives a sign of life and looks for namespaces that came or went.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _gate = new(1, 1); // one writer at a time
    private readonly TimeRuntime _runtime;
    private readonly StateConfig _config;
    private readonly StateFaults _faults;
    private readonly ILogger _log;
    private readonly Dictionary<string, (SavedInfo Info, RuntimeNamespace Namespace)> _saved = new(StringComparer.Ordinal);
    private readonly Restorer _restorer;
    private AppliedConfig? _notYetApplied;
    private ITimer? _beats;
    private ClockTime _nextRound;
    private string _imagesBootId = "";
    private bool _isUp;
    private bool _hasEnded;
    private bool _isDisposed;

    public StateService(TimeRuntime runtime, StateDirectory directory, StateConfig config, ServiceHealth health, ILogger<StateService> log)
    {
        _runtime = runtime;
        Directory = directory;
        _config = config;
        _faults = new StateFaults(health, log);
        _log = log;
        _restorer = new Restorer(runtime, directory, config.Restore, health, log);
    }

    public StateDirectory Directory { get; }

    /// <summary>Told how long each checkpoint and each restore took, in seconds.</summary>
    public Action<bool, double>? Measured { get; set; }

    /// <summary>True after a stop at which not everything could be written down.</summary>
    public bool HasLost { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (ns, info, seconds) in _restorer.Run())
        {
            Note(info.Namespace, info, ns);
            Measured?.Invoke(false, seconds);
        }

        _imagesBootId = _restorer.AreImagesOfThisBoot ? _restorer.BootId : "";
        BeginSigns();
        _nextRound = NextRound();
        _beats = _runtime.Own.TimeProvider.CreateTimer(static self => ((StateService)self!).OnBeat(), this, Beat, Beat);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _isUp = true;
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>However long it takes: who stops the service may kill it, and then it is known that it was killed.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _beats?.Dispose();
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _hasEnded = true;
            if (Save(null) && _faults.Try(StateFaults.OfSign, () => GiveSign(isClean: true)))
            {
                ServiceLog.StoppedClean(_log, _saved.Count);
                return;
            }

            HasLost = true;
            ServiceLog.StoppedWithLoss(_log);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        _beats?.Dispose();
        _gate.Wait();
        if (_beats is not null && !_isUp && !_hasEnded)
        {
            // It never came up: no client has changed anything, so the directory says what it said before.
            _faults.Try(StateFaults.OfSign, () => _restorer.PutSignBack());
        }

        _hasEnded = true;
        _gate.Dispose();
    }

    public StateInfo Look()
    {
        lock (_saved)
        {
            return _restorer.Look() with
            {
                IntervalNs = _config.Interval.ToInt64Nanoseconds(),
                Saved = [.. _saved.Values.Select(static s => s.Info).OrderBy(static s => s.Namespace, StringComparer.Ordinal)],
                SaveFault = _faults.First,
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

    /// <summary>
    /// Writes down what a configuration has touched, and only then that it is applied. When the disk refuses, the configuration counts as
    /// applied as soon as everything could be written; a service that starts before that applies it again.
    /// </summary>
    public async Task NoteAppliedAsync(AppliedConfig applied, IReadOnlyCollection<string> touched)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            _notYetApplied = applied;
            if (Save(touched))
            {
                SaveApplied();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private void OnBeat()
    {
        try
        {
            if (!_gate.Wait(0))
            {
                return; // it is being written as it is
            }
        }
        catch (ObjectDisposedException)
        {
            return; // the service has ended meanwhile
        }

        try
        {
            if (!_hasEnded)
            {
                Write();
            }
        }
        catch (ObjectDisposedException)
        {
            // The runtime has ended meanwhile.
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Write()
    {
        var isRound = _runtime.ReadClocks().Monotonic >= _nextRound;
        Save(isRound ? null : NamesThatCameOrWent());
        _faults.Try(StateFaults.OfSign, () => GiveSign(isClean: false));
        if (isRound)
        {
            _nextRound = NextRound();
        }
    }

    /// <summary>Not exactly the interval, so that many services do not write at the same moment: a tenth more or less.</summary>
    private ClockTime NextRound()
    {
        var ns = _config.Interval.ToInt64Nanoseconds();
        return new ClockTime(_runtime.ReadClocks().Monotonic.Nanoseconds + ns - (ns / 10) + Random.Shared.NextInt64(ns / 5));
    }

    /// <summary>Also one that went and came again: its image is of another namespace. One that cannot be written waits for the next round.</summary>
    private List<string> NamesThatCameOrWent()
    {
        var live = Live().ToDictionary(static n => n.Name, StringComparer.Ordinal);
        var came = live.Values.Where(n => !_saved.TryGetValue(n.Name, out var saved) || saved.Namespace != n).Select(static n => n.Name);
        return [.. came.Concat(_saved.Keys.Where(n => !live.ContainsKey(n))).Where(n => !_faults.Has(n))];
    }

    private IEnumerable<RuntimeNamespace> Live() => _runtime.Namespaces.Where(n => n != _runtime.Host && !n.IsClosed);

    /// <summary>Under the gate.</summary>
    private bool Save(IReadOnlyCollection<string>? names)
    {
        var done = true;
        foreach (var name in names ?? [.. Live().Select(static n => n.Name).Union(_saved.Keys.ToArray(), StringComparer.Ordinal)])
        {
            done &= _faults.Try(name, () => SaveOne(name));
        }

        if (names is null && done)
        {
            _imagesBootId = _restorer.BootId;
            _faults.ClearOthers(_saved.Keys);
            SaveApplied();
        }

        return done;
    }

    private void SaveOne(string name)
    {
        var start = _runtime.ReadClocks().Monotonic;
        if (_runtime.FindNamespace(name) is not { } ns || Take(ns) is not { } image)
        {
            Directory.Remove(name);
            Note(name, null, null);
            return;
        }

        Directory.Save(image);
        Note(name, Restorer.InfoOf(image), ns);
        Measured?.Invoke(true, _runtime.ReadClocks().Monotonic.Since(start) / 1e9);
    }

    /// <summary>Null when the namespace is gone.</summary>
    private static NamespaceImage? Take(RuntimeNamespace ns)
    {
        try
        {
            return ns.Checkpoint();
        }
        catch (ObjectDisposedException) when (!ns.Engine.IsStopping)
        {
            return null;
        }
    }

    private void SaveApplied()
    {
        if (_notYetApplied is { } applied && _faults.Try(StateFaults.OfConfig, () => Directory.SaveApplied(applied)))
        {
            _notYetApplied = null;
        }
    }

    private void Note(string name, SavedInfo? info, RuntimeNamespace? ns)
    {
        lock (_saved)
        {
            if (info is null)
            {
                _saved.Remove(name);
            }
            else
            {
                _saved[name] = (info, ns!);
            }
        }
    }

    /// <summary>From here on an end that is not clean must show. Where that cannot be written, nothing is known, which is as good.</summary>
    private void BeginSigns()
    {
        if (!_faults.Try(StateFaults.OfSign, () => GiveSign(isClean: false, isForGood: true)))
        {
            Directory.RemoveSign();
        }
    }

    private void GiveSign(bool isClean, bool isForGood = false)
    {
        var now = _runtime.ReadClocks();
        var sign = new SignOfLife
        {
            BootId = _restorer.BootId,
            ImagesBootId = _imagesBootId,
            Pid = Environment.ProcessId,
            RealtimeNs = now.Realtime.Nanoseconds,
            BoottimeNs = now.Boottime.Nanoseconds,
            IsClean = isClean,
        };
        Directory.SaveSign(sign, isForGood || isClean);
    }
}
