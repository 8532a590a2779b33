using System.Net.Sockets;
using TimeNs.Control.Sockets;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control;

/// <summary>The file of the Unix socket: its modes, and whose it is.</summary>
[Platform("Linux")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
[NonParallelizable]
public class SocketFileTest
{
    private TestFolder _folder = null!;

    [SetUp]
    public void Make() => _folder = new TestFolder();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Bind_MakesModesBeforeAnybodyCanConnect([Values("0", "77", "777", "22")] string umask)
    {
        var path = _folder.File("d/t.sock");
        var before = Umask(Convert.ToUInt32(umask, 8));
        try
        {
            using var file = new SocketFile(path);
            using var socket = file.Bind();
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(SocketFile.SocketMode));
            Assert.That(File.GetUnixFileMode(_folder.File("d")), Is.EqualTo(SocketFile.DirectoryMode));
            Assert.That(() => Connect(path), Throws.TypeOf<SocketException>(), "it does not listen yet");
            socket.Listen();
            Assert.That(() => Connect(path), Throws.Nothing);
        }
        finally
        {
            _ = Umask(before);
        }
    }

    [Test]
    public void Bind_AStaleSocket_IsReplaced()
    {
        var path = _folder.File("t.sock");
        Stale(path);
        Assert.That(LibC.Status(path)?.IsSocket, Is.True);
        using var file = new SocketFile(path);
        using var socket = file.Bind();
        socket.Listen();
        Assert.That(() => Connect(path), Throws.Nothing);
    }

    [Test]
    public void Bind_ALiveSocketOfWhoeverHasNoLock_IsLeftAlone()
    {
        var path = _folder.File("t.sock");
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(path));
        other.Listen(1);
        using var file = new SocketFile(path);
        Assert.That(file.Bind, Throws.TypeOf<IOException>().With.Message.Contains("Another process listens"));
        Assert.That(() => Connect(path), Throws.Nothing);
    }

    [Test]
    public void Bind_ALiveSocketWithAFullQueue_IsLive()
    {
        var path = _folder.File("t.sock");
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(path));
        other.Listen(0);
        using var first = Connected(path);
        using var file = new SocketFile(path);
        Assert.That(file.Bind, Throws.TypeOf<IOException>().With.Message.Contains("Another process listens"));
    }

    [Test]
    public void Bind_OfTwoServices_OneWins_EvenBeforeItListens()
    {
        var path = _folder.File("t.sock");
        Stale(path);
        using var first = new SocketFile(path);
        using var socket = first.Bind();
        using var second = new SocketFile(path);
        Assert.That(second.Bind, Throws.TypeOf<IOException>().With.Message.Contains("its lock is held"));
        socket.Listen();
        Assert.That(() => Connect(path), Throws.Nothing);
    }

    [Test]
    public void Bind_ManyAtOnce_ExactlyOneWins()
    {
        var path = _folder.File("t.sock");
        Stale(path);
        var files = Enumerable.Range(0, 16).Select(_ => new SocketFile(path)).ToArray();
        var bound = new Socket?[files.Length];
        Parallel.For(0, files.Length, i =>
        {
            try
            {
                bound[i] = files[i].Bind();
            }
            catch (IOException)
            {
                bound[i] = null;
            }
        });
        Assert.That(bound.Count(static s => s is not null), Is.EqualTo(1));
        bound.Single(static s => s is not null)!.Listen();
        Assert.That(() => Connect(path), Throws.Nothing);
        Array.ForEach(bound, static s => s?.Dispose());
        Array.ForEach(files, static f => f.Dispose());
    }

    [Test]
    public void Bind_AFileThatIsNoSocket_IsLeftAlone()
    {
        var path = _folder.Write("t.sock", "precious");
        using var file = new SocketFile(path);
        Assert.That(file.Bind, Throws.TypeOf<IOException>().With.Message.Contains("is not a socket"));
        Assert.That(File.ReadAllText(path), Is.EqualTo("precious\n"));
    }

    [Test]
    public void Bind_ASymbolicLink_IsNotFollowed()
    {
        var target = _folder.File("other.sock");
        Stale(target);
        var path = _folder.File("t.sock");
        File.CreateSymbolicLink(path, target);
        using var file = new SocketFile(path);
        Assert.That(file.Bind, Throws.TypeOf<IOException>().With.Message.Contains("is not a socket"));
        Assert.That(LibC.Status(target)?.IsSocket, Is.True);
    }

    [Test]
    public void Bind_ALockFileThatIsALink_IsNotFollowed()
    {
        var path = _folder.File("t.sock");
        File.CreateSymbolicLink(path + ".lock", _folder.File("made-elsewhere"));
        using var file = new SocketFile(path);
        Assert.That(file.Bind, Throws.TypeOf<IOException>().With.Message.Contains("t.sock.lock"));
        Assert.That(File.Exists(_folder.File("made-elsewhere")), Is.False);
    }

    [Test]
    public void Bind_ADirectoryThatOthersCanWriteTo_IsRefused([Values(UnixFileMode.OtherWrite, UnixFileMode.GroupWrite)] UnixFileMode more)
    {
        var directory = Directory.CreateDirectory(_folder.File("open"));
        File.SetUnixFileMode(directory.FullName, SocketFile.DirectoryMode | more);
        using var file = new SocketFile(Path.Combine(directory.FullName, "t.sock"));
        Assert.That(file.Bind, Throws.TypeOf<IOException>().With.Message.Contains("can be written to by others"));
    }

    [Test]
    public void Bind_ADirectoryThatIsALink_OrMissing_IsRefused()
    {
        File.CreateSymbolicLink(_folder.File("link"), _folder.Path);
        using var linked = new SocketFile(_folder.File("link/t.sock"));
        Assert.That(linked.Bind, Throws.TypeOf<IOException>().With.Message.Contains("is not a directory"));
        using var missing = new SocketFile(_folder.File("a/b/t.sock"));
        Assert.That(missing.Bind, Throws.TypeOf<IOException>().With.Message.Contains("There is no directory"));
    }

    [Test]
    public void Create_AnImpossiblePathOrGroup_IsRefused() => Assert.Multiple(() =>
    {
        Assert.That(static () => new SocketFile("t.sock"), Throws.ArgumentException);
        Assert.That(static () => new SocketFile("/" + new string('x', 107)), Throws.ArgumentException);
        Assert.That(static () => new SocketFile("/tmp/t.sock", "no such group"), Throws.ArgumentException);
    });

    [Test]
    public async Task Service_LeavesNoSocketBehind_AndCanStartAgain()
    {
        string path;
        await using (var rig = await ControlRig.StartAsync())
        {
            path = rig.Socket;
            Assert.That(LibC.Status(path)?.Mode, Is.EqualTo((uint)SocketFile.SocketMode));
            Assert.That(LibC.Status(Path.GetDirectoryName(path)!)?.Mode, Is.EqualTo((uint)SocketFile.DirectoryMode));
            await rig.Application.StopAsync();
            Assert.That(LibC.Status(path), Is.Null);
        }
    }

    /// <summary>A socket that a process left when it was killed.</summary>
    private static void Stale(string path)
    {
        using var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(path));
        File.Move(path, path + ".kept"); // the base library removes the file of a socket that it closes
        dead.Dispose();
        File.Move(path + ".kept", path);
    }

    private static Socket Connected(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static void Connect(string path) => Connected(path).Dispose();

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "umask")]
    private static extern uint Umask(uint mask);
}
