using TimeNs.Images;
using TimeNs.Runtime;

namespace TimeNs.Tests.Tool.Service;

/// <summary><c>timens checkpoint</c>: the image is safe before the namespace ends, and whatever fails the namespace goes on.</summary>
public class CheckpointTest
{
    private ToolService _service;

    [SetUp]
    public void Start()
    {
        _service = new ToolService();
        _service.Do("ns", "create", "web", "--realtime", "+3d");
        _service.Do("timer", "create", "web", "realtime", "--name", "noon", "--at", "2026-01-04T12:00:00Z");
        _service.Do("timer", "create", "web", "monotonic", "--name", "tick", "--interval", "10ms");
    }

    [TearDown]
    public void Stop() => _service.Dispose();

    private RuntimeNamespace? Web => _service.Runtime.FindNamespace("web");

    [Test]
    public void Checkpoint_ToAFile_SavesItAndTheNamespaceGoesOn()
    {
        var file = _service.File("web.tns");
        var run = _service.Run("checkpoint", "web", "-o", file);
        run.Prints($"web: 2 timers in {new FileInfo(file).Length} bytes, saved in {file}");
        Assert.Multiple(() =>
        {
            Assert.That(ImageFile.Load(file).Timers, Has.Length.EqualTo(2));
            Assert.That(Web!.IsFrozen, Is.False);
            if (!OperatingSystem.IsWindows())
            {
                Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            }
        });
    }

    [Test]
    public void Checkpoint_Stop_SavesItAndDeletesTheNamespace()
    {
        var file = _service.File("web.tns");
        var json = _service.Run("checkpoint", "web", "-o", file, "--stop", "--json").Json();
        Assert.Multiple(() =>
        {
            Assert.That(json.GetProperty("deleted").GetBoolean(), Is.True);
            Assert.That(json.GetProperty("timers").GetInt32(), Is.EqualTo(2));
            Assert.That(ImageFile.Load(file).WasFrozen, Is.True);
            Assert.That(Web, Is.Null);
        });
    }

    [Test]
    public void Checkpoint_StopOfAFrozenNamespace_IsAsGood()
    {
        _service.Do("ns", "freeze", "web");
        _service.Do("checkpoint", "web", "-o", _service.File("web.tns"), "--stop");
        Assert.That(Web, Is.Null);
    }

    [Test]
    public void Checkpoint_ToTheStandardOutput_IsTheImageAndNothingElse()
    {
        using var bytes = new MemoryStream();
        _service.Surroundings = _service.Surroundings with { Output = () => bytes };
        var run = _service.Run("checkpoint", "web", "-o", "-", "--stop");
        Assert.Multiple(() =>
        {
            Assert.That((run.Code, run.Output), Is.EqualTo((0, "")));
            Assert.That(run.Error, Is.EqualTo($"web: 2 timers in {bytes.ToArray().Length} bytes; the namespace is deleted\n"));
            Assert.That(ImageFormat.Decode(bytes.ToArray()).Name, Is.EqualTo("web"));
        });
    }

    [Test]
    public void Checkpoint_ToATerminal_IsWrongUse()
    {
        _service.Surroundings = _service.Surroundings with { Width = 80 };
        _service.Run("checkpoint", "web", "-o", "-", "--stop").IsRefused("the standard output is a terminal");
        Assert.That(Web!.IsFrozen, Is.False);
    }

    [TestCase("/", "/: is a directory, not a file")]
    [TestCase("/nowhere/x", "/nowhere/x: there is no such directory")]
    [TestCase("", "--output must not be empty")]
    public void Checkpoint_ImpossiblePlace_IsToldBeforeAnythingStands(string file, string reason)
    {
        _service.Run("checkpoint", "web", "-o", file, "--stop").IsRefused(reason);
        Assert.That(Web!.IsFrozen, Is.False);
    }

    [Test]
    public void Checkpoint_StopAndTheDiskIsFull_ThawsAsIfItHadNeverStood()
    {
        _service.Surroundings = _service.Surroundings with { Output = () => new FullStream(() => _service.Advance(5000)) };
        var run = _service.Run("checkpoint", "web", "-o", "-", "--stop");
        run.Fails(2, "-: cannot save the image: No space left on device; web was thawed and goes on");
        Assert.Multiple(() =>
        {
            Assert.That(Web!.IsFrozen, Is.False);
            Assert.That(Web.Offsets.RealtimeNs, Is.EqualTo(259_200_000_000_000));
            Assert.That((Web.Offsets.MonotonicNs, Web.Offsets.BoottimeNs), Is.EqualTo((0L, 0L)));
        });
    }

    [Test]
    public void Checkpoint_StopIsRefused_Thaws()
    {
        var run = _service.Run("checkpoint", "web", "-o", _service.File("x"), "--stop", "--absolute", "refuse");
        Assert.That(run.Code, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("(EOPNOTSUPP); web was thawed and goes on"));
        Assert.That((Web!.IsFrozen, File.Exists(_service.File("x"))), Is.EqualTo((false, false)));
    }

    [Test]
    public void Checkpoint_FailsOnANamespaceThatWasFrozenBefore_LeavesItFrozen()
    {
        _service.Do("ns", "freeze", "web");
        var run = _service.Run("checkpoint", "web", "-o", _service.File("x"), "--stop", "--absolute", "refuse");
        Assert.That((run.Code, Web!.IsFrozen), Is.EqualTo((1, true)));
        Assert.That(run.Error, Does.Not.Contain("thaw"));
    }

    [Test]
    public void Checkpoint_InterruptedBeforeTheSave_ThawsAndSaysSo()
    {
        _service.Surroundings = _service.Surroundings with { CatchInterrupt = static () => TimeNs.Tool.Interrupt.Of(new CancellationToken(canceled: true)) };
        _service.Run("checkpoint", "web", "-o", _service.File("x"), "--stop").Fails(130, "interrupted; no image was saved; web was thawed and goes on");
        Assert.That((Web!.IsFrozen, File.Exists(_service.File("x"))), Is.EqualTo((false, false)));
    }

    [Test]
    public void Checkpoint_ThawFailsToo_SaysThatItIsLeftFrozen()
    {
        using var fake = new FakeService(http => Answer(http, "/checkpoint", static h => FakeService.Write(h, 200, "application/vnd.timens.image", "rubbish"), thaw: 500));
        var run = fake.Run("checkpoint", "web", "-o", fake.File("x"), "--stop");
        Assert.That(run.Code, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("what the service gave is not a usable image").And.Contains("web is left frozen (Because): 'timens ns thaw' sets it going"));
        Assert.That(fake.Asked, Is.EqualTo(new[] { "POST /v1/namespaces/web/freeze", "POST /v1/namespaces/web/checkpoint", "POST /v1/namespaces/web/thaw" }));
    }

    [Test]
    public void Checkpoint_DeleteFails_SaysThatTheImageIsSavedAndTheNamespaceFrozen()
    {
        var image = ImageFormat.Encode(_service.Runtime.FindNamespace("web")!.Checkpoint());
        using var fake = new FakeService(http => Answer(http, "/checkpoint", h => h.Response.Body.WriteAsync(image).AsTask(), thaw: 200));
        var run = fake.Run("checkpoint", "web", "-o", fake.File("x"), "--stop");
        run.Fails(1, "Because; the image is saved, and web is left frozen: 'timens ns delete' ends it, 'timens ns thaw' sets it going");
        Assert.That(ImageFile.Load(fake.File("x")).Name, Is.EqualTo("web"));
    }

    [TestCase("host", "Namespace 'host' is the host itself: it cannot be frozen, thawed or checkpointed (EINVAL)")]
    [TestCase("nope", "There is no namespace 'nope' (ENOENT)")]
    public void Checkpoint_WhatCannotBe_IsRefused(string ns, string reason) => _service.Run("checkpoint", ns, "-o", _service.File("x")).Fails(1, reason);

    [Test]
    public void Checkpoint_WrongUse_IsRefused()
    {
        _service.Run("checkpoint", "web").IsRefused("Option '--output' is required");
        _service.Run("checkpoint", "web", "-o", "-", "--json").IsRefused("--json and -o - exclude each other");
        _service.Run("checkpoint", "web", "-o", "x", "--absolute", "drop").IsRefused("Must be one of: 'keep', 'refuse', 'relative'.");
    }

    /// <summary>A service that freezes, answers a checkpoint as told, and does nothing else.</summary>
    private Task Answer(Microsoft.AspNetCore.Http.HttpContext http, string path, Func<Microsoft.AspNetCore.Http.HttpContext, Task> checkpoint, int thaw) =>
        http.Request.Path.Value!.EndsWith("/freeze", StringComparison.Ordinal) ? FakeService.Write(http, 200, "application/json", _service.Run("ns", "show", "web", "--json").Output)
        : http.Request.Path.Value.EndsWith(path, StringComparison.Ordinal) ? checkpoint(http)
        : FakeService.Refuse(http, thaw == 500 || http.Request.Method == "DELETE" ? 500 : thaw, "Because.");

    /// <summary>A disk that takes its time to say that it is full.</summary>
    private sealed class FullStream(Action pass) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            pass();
            throw new IOException("No space left on device");
        }
    }
}
