using System.Net.Http.Json;
using System.Text.Json;
using TimeNs.Control.State;
using TimeNs.Control.Wire;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control.Service;

/// <summary>
/// SIGKILL at a random moment, again and again, while clients make timers and namespaces come and go. What was there when a save was asked
/// for, and answered, is there again; what was closed before it stays closed; no image is ever half.
/// </summary>
[Platform("Linux")]
[CancelAfter(1_800_000)]
public class KillTest
{
    private const int Namespaces = 6;

    private TestFolder _folder = null!;
    private Random _random = null!;

    /// <summary>By namespace: how many timers were made in it; null while it is closed. Now, and as of the last answered save.</summary>
    private int?[] _model = null!;
    private int?[] _promised = null!;

    private string[] Arguments => ["--config", ServiceRig.File(_folder), "--state", ServiceRig.StateOf(_folder), "--log", "json"];

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public Task Kill_AtAnyMoment_LosesNothingThatWasPromised() => RunAsync(6);

    [Test]
    [Explicit("10 minutes, or so many rounds: -- 'TestRunParameters.Parameter(name=\"rounds\", value=\"50\")'")]
    public Task Kill_AtAnyMoment_LosesNothingThatWasPromised_ForLong() => RunAsync(TestContext.Parameters.Get("rounds", 400));

    private async Task RunAsync(int rounds)
    {
        var seed = Environment.TickCount;
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        _random = new Random(seed);
        _model = new int?[Namespaces];
        _promised = new int?[Namespaces];
        await File.WriteAllTextAsync(ServiceRig.File(_folder), """{"state":{"interval":"1s"}}""");
        var saves = 0;
        for (var round = 0; round < rounds; round++)
        {
            if (_random.Next(3) == 0)
            {
                KillWhileItStarts();
            }

            var halves = Directory.Exists(ServiceRig.StateOf(_folder)) ? Directory.GetFiles(ServiceRig.StateOf(_folder), ".timens-?*.*.tmp") : [];
            using var service = ServeProcess.Start(_folder, Arguments);
            var errors = service.Process.StandardError.ReadToEndAsync();
            await CheckAsync(service, round, halves);
            var (isEarly, delay) = (round % 4 == 3, _random.Next(5, 700));
            var firstSave = new TaskCompletionSource();
            var work = WorkAsync(service, firstSave);
            if (!isEarly)
            {
                await Task.WhenAny(firstSave.Task, work); // before it nothing new is promised
            }

            service.Process.WaitForExit(delay);
            service.Process.Kill();
            saves += await work;
            await errors;
        }

        Assert.That(saves, Is.Positive);
    }

    /// <summary>While it restores, as likely as not: whatever is in the directory then is there for the next one.</summary>
    private void KillWhileItStarts()
    {
        using var service = ServeProcess.Launch(_folder, [.. Arguments[..^1], "text"]);
        service.Process.WaitForExit(_random.Next(50, 500));
    }

    /// <summary>Makes and closes, and saves now and then, until the service is gone.</summary>
    private async Task<int> WorkAsync(ServeProcess service, TaskCompletionSource firstSave)
    {
        var saves = 0;
        try
        {
            while (true)
            {
                var n = _random.Next(Namespaces);
                switch (_random.Next(8))
                {
                    case 0 when _model[n] is not null:
                        // From here on it may be gone, and nothing is promised of it until the next save.
                        (_promised[n], _model[n]) = (_promised[n] is null ? null : -1, -1);
                        (await service.Http.DeleteAsync($"/v1/namespaces/n{n}")).EnsureSuccessStatusCode();
                        _model[n] = null;
                        break;
                    case 1:
                        var asked = (int?[])_model.Clone();
                        using (var saved = await service.Http.PostAsync("/v1/state", null))
                        {
                            saved.EnsureSuccessStatusCode();
                        }

                        _promised = asked;
                        saves++;
                        firstSave.TrySetResult();
                        break;
                    default:
                        await MakeAsync(service, n);
                        break;
                }
            }
        }
        catch (HttpRequestException)
        {
            return saves;
        }
    }

    private async Task MakeAsync(ServeProcess service, int n)
    {
        if (_model[n] is null)
        {
            _promised[n] = -1; // it may come back or not
            (await service.Http.PostAsJsonAsync("/v1/namespaces", new CreateNamespaceRequest { Name = $"n{n}" }, ControlJson.Default.CreateNamespaceRequest)).EnsureSuccessStatusCode();
            _model[n] = 0;
            return;
        }

        var timer = new CreateTimerRequest { Clock = "monotonic", Name = $"t{_model[n]}", Set = new SettingRequest { Value = new TimeText("1h"), Interval = new TimeText("1h") } };
        (await service.Http.PostAsJsonAsync($"/v1/namespaces/n{n}/timers", timer, ControlJson.Default.CreateTimerRequest)).EnsureSuccessStatusCode();
        _model[n]++;
    }

    private async Task CheckAsync(ServeProcess service, int round, string[] halves)
    {
        var state = (await service.Http.GetFromJsonAsync("/v1/state", StateJson.Default.StateInfo))!;
        Assert.That(state.Refused, Is.Empty, $"round {round}");
        Assert.That(state.Before, Is.EqualTo("killed").Or.EqualTo(round == 0 ? "none" : "killed"));
        Assert.That(state.Restored.All(static r => r.MayMiss && r.MissesAtLeastNs <= r.MissesAtMostNs), Is.True);
        Assert.That(halves.Where(File.Exists), Is.Empty, "half-written files of the one before are cleaned away");
        var live = (await service.Http.GetFromJsonAsync("/v1/namespaces", ControlJson.Default.NamespaceList))!.Namespaces.ToDictionary(static n => n.Name);
        for (var n = 0; n < Namespaces; n++)
        {
            var timers = live.TryGetValue($"n{n}", out var found) ? found.Timers : (int?)null;
            switch (_promised[n])
            {
                case null:
                    Assert.That(timers, Is.Null, $"round {round}: n{n} was closed before a save");
                    break;
                case >= 0 and { } least:
                    Assert.That(timers, Is.GreaterThanOrEqualTo(least), $"round {round}: n{n}");
                    break;
                default:
                    break;
            }

            (_model[n], _promised[n]) = (timers, timers); // what came back is on the disk
        }
    }
}
