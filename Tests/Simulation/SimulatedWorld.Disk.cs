using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Tests.Properties;

namespace TimeNs.Tests.Simulation;

/// <content>Images: written, cut short, damaged, loaded, restored elsewhere.</content>
internal sealed partial class SimulatedWorld
{
    private const int Slots = 3;
    private const int DamagesAStep = 8;

    private readonly SimulatedDisk _disk = new();
    private readonly SortedDictionary<string, (byte[] Bytes, ModelImage Image)> _saved = new(StringComparer.Ordinal);

    private void OnDisk(SimStep step, int host, ModelNamespace ns)
    {
        var path = _disk.PathOf($"image{step.Which % Slots}.tns");
        switch (step.Verb)
        {
            case SimVerb.Checkpoint:
                if (Checkpoint(step, host, ns, stop: step.Policy % 4 == 0))
                {
                    Save(step, host, path);
                }

                break;
            case SimVerb.Move:
                Move(step, host, ns, path);
                break;
            case SimVerb.Restore when Load(path):
                Restore(step, host, AnyName(step));
                break;
            case SimVerb.Forecast when Load(path):
                Call(new Call(Act.Forecast, host) { A = Math.Abs(step.Value % 100_000), Policy = PolicyOf(step) });
                break;
            case SimVerb.Damage when _saved.TryGetValue(path, out var saved):
                var dice = new Dice(step.Seed);
                Enumerable.Range(0, DamagesAStep).ToList().ForEach(_ => Damage(dice, saved.Bytes));
                break;
            case SimVerb.Twin:
                Twin(step, host, ns);
                break;
        }
    }

    private bool Checkpoint(SimStep step, int host, ModelNamespace ns, bool stop)
    {
        var answer = Call(new Call(Act.Checkpoint, host, ns.Name) { Kind = step.Flags % 3, B = stop ? 1 : 0 });
        return !answer.StartsWith('E');
    }

    /// <summary>Stops here, goes on there: another machine with other clocks, some time later.</summary>
    private void Move(SimStep step, int host, ModelNamespace ns, string path)
    {
        if (!Checkpoint(step with { Flags = step.Flags == 1 ? 0 : step.Flags }, host, ns, stop: true) || !Save(step, host, path))
        {
            return;
        }

        var target = (host + (step.Policy % 3)) % Hosts;
        if (step.Policy % 5 != 0)
        {
            Advance(target, 1 + Math.Abs(step.Interval % 20_000));
        }

        Load(path);
        if (Restore(step, target, ns.Name))
        {
            Resubscribe(step, target, ns.Name);
        }
    }

    private bool Restore(SimStep step, int host, string name) =>
        Call(new Call(Act.Restore, host, name) { Policy = PolicyOf(step) }).Length == 0;

    private void Resubscribe(SimStep step, int host, string name)
    {
        var ns = _model.Find(host, name)!;
        foreach (var timer in ns.Timers.Where(t => (t.Id + step.Who) % 2 == 0).OrderBy(static t => t.Id).ToList())
        {
            _subscribed.Add(new Call(Act.Subscribe, host, name, timer.Id) { Id = NextId("o") });
            Call(_subscribed[^1]);
        }
    }

    /// <summary>Saves the last checkpoint. False when the machine died on the way, or after it.</summary>
    private bool Save(SimStep step, int host, string path)
    {
        var dice = new Dice(step.Seed);
        var bytes = ImageFormat.Encode(_product.Image!);
        (_disk.Moments, _disk.CutAt) = (0, dice.Next(8) == 0 ? dice.Next(10) : null);
        Trace.Add($"save {Path.GetFileName(path)} cut at {_disk.CutAt}");
        var returned = true;
        try
        {
            ImageFile.Save(_product.Image!, path, _disk);
        }
        catch (PowerCutException)
        {
            returned = false;
        }

        var saves = new[] { (bytes, _model.Image!) }.ToList();
        if (!returned && _saved.TryGetValue(path, out var before))
        {
            saves.Add(before);
        }

        if (returned && _disk.CutAt is null)
        {
            _saved[path] = saves[0];
            return true;
        }

        Count(returned ? "Save: died after it" : $"Save: died at moment {_disk.CutAt}");
        _disk.Recover(dice.Next);
        _product.Kill(host);
        Restart(host, step);
        Recover(path, saves, mayBeNone: !returned && saves.Count == 1);
        return false;
    }

    /// <summary>INV-8 and the promise of a save: the new image or the one before, whole; and every other as it was.</summary>
    private void Recover(string path, List<(byte[] Bytes, ModelImage Image)> either, bool mayBeNone)
    {
        _saved.Remove(path);
        if (_disk.Has(path))
        {
            var found = _disk.ReadAll(path);
            var index = either.FindIndex(e => e.Bytes.AsSpan().SequenceEqual(found));
            Require(index >= 0, $"{path}: {found.Length} bytes that are neither the old image nor the new");
            Count(index == 0 ? "Save: the new image after a crash" : "Save: the old image after a crash");
            _saved[path] = either[index];
        }
        else
        {
            Require(mayBeNone, $"{path}: the image is lost");
            Count("Save: no image after a crash");
        }

        foreach (var other in _saved.Keys.ToList())
        {
            Load(other);
        }
    }

    /// <summary>What was saved is what is loaded.</summary>
    private bool Load(string path)
    {
        if (!_saved.TryGetValue(path, out var saved))
        {
            Require(!_disk.Has(path), $"{path} is there, but was never saved");
            return false;
        }

        try
        {
            _product.Image = ImageFile.Load(path, _disk);
        }
        catch (ImageException refused)
        {
            throw new SimulationException($"{path} is refused: {refused.Message}");
        }

        _model.Image = saved.Image;
        Compare(path, Texts.Of(_product.Image), Texts.Of(saved.Image));
        return true;
    }

    /// <summary>INV-8: refused whole, with the field and the reason. That nothing has changed is seen at the end of the step.</summary>
    private void Damage(Dice dice, byte[] bytes)
    {
        var at = dice.Next(bytes.Length);
        var (way, damaged) = Damaged(dice, bytes, at);
        Count($"Damage: {way}");
        var path = _disk.PathOf("damaged.tns");
        _disk.Damage(path, damaged);
        try
        {
            ImageFile.Load(path, _disk);
            throw new SimulationException($"INV-8: an image of {bytes.Length} bytes, {way} at {at}, is accepted");
        }
        catch (ImageException refused)
        {
            Require(refused.Field.Length != 0 && refused.Reason.Length != 0, "INV-8: a refusal without field and reason");
        }
    }

    private static (string Way, byte[] Bytes) Damaged(Dice dice, byte[] bytes, int at)
    {
        byte[] damaged = [.. bytes];
        switch (dice.Next(5))
        {
            case 0:
                return ("cut short", bytes[..at]);
            case 1:
                return ("too long", [.. bytes, .. bytes[at..]]);
            case 2 when damaged.AsSpan(at).IndexOfAnyExcept((byte)0) >= 0:
                damaged.AsSpan(at).Clear();
                return ("blanked", damaged);
            default:
                damaged[at] ^= (byte)(1 << dice.Next(8));
                return ("flipped", damaged);
        }
    }

    /// <summary>INV-5: a copy through an image, on a machine with the same clocks, cannot be told from the namespace; and goes on as the model does.</summary>
    private void Twin(SimStep step, int host, ModelNamespace ns)
    {
        if (ns.Frozen || !Checkpoint(step with { Flags = 0 }, host, ns, stop: false))
        {
            return;
        }

        using var other = new ProductSide(1, new Ledger());
        other.Start(0, _product[host].Now);
        var model = new ModelSide(1);
        model.Start(0, _model[host].Host.Now);
        (other.Image, model.Image) = (ImageFormat.Decode(ImageFormat.Encode(_product.Image!)), _model.Image);
        var policy = Texts.Policy(PolicyOf(step));
        var (twin, original) = (other[0].Runtime.Restore(other.Image, policy), _product[host].Runtime.FindNamespace(ns.Name)!);
        other.Settle(0);
        Compare("INV-5", string.Join('\n', ProductSide.Describe(twin)), string.Join('\n', ProductSide.Describe(original)));
        Compare("INV-5 image", Texts.Of(WithoutEphemerals(twin.Checkpoint())), Texts.Of(WithoutEphemerals(_product.Image!)));

        model[0].Host.Restore(model.Image!, PolicyOf(step), ns.Name);
        var passed = (long)model[0].Advance(Math.Abs(step.Interval % 50_000), 200);
        other[0].Kernel.Advance(NodaTime.Duration.FromNanoseconds(passed));
        foreach (var timer in twin.Timers.OrderBy(static t => t.Id))
        {
            var read = new Call(Act.Read, 0, ns.Name, timer.Id);
            Compare($"INV-5 later, {timer}", other.Do(read), model.Do(read));
        }

        Trace.Add($"twin of {ns.Name} for {passed}");
    }

    private static NamespaceImage WithoutEphemerals(NamespaceImage image) => new()
    {
        Name = image.Name,
        Offsets = image.Offsets,
        Readings = image.Readings,
        Host = image.Host,
        HasHadTimers = image.HasHadTimers,
        NextTimerId = image.NextTimerId,
        Timers = image.Timers,
    };
}
