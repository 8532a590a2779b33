using TimeNs.Runtime;

namespace TimeNs.Tests.Simulation;

/// <summary>The machine died: nothing after it happened, not even the tidying up.</summary>
internal sealed class PowerCutException() : Exception("the power was cut");

/// <summary>
/// A disk that forgets what was not brought to it. Bytes that were written stay in a cache until the file is flushed, changes of the
/// directory until the directory is. A power cut keeps any part of either that it likes; a rename is still one step.
/// </summary>
internal sealed class SimulatedDisk : IImageDisk
{
    private readonly string _directory = Path.GetFullPath("/disk");
    private readonly List<(string? Removed, string? Added, Inode Inode)> _unflushed = [];
    private Dictionary<string, Inode> _names = new(StringComparer.Ordinal);
    private Dictionary<string, Inode> _durable = new(StringComparer.Ordinal);
    private bool _dead;

    private sealed class Inode
    {
        public byte[] Written { get; set; } = [];

        public byte[] Durable { get; set; } = [];
    }

    /// <summary>The moment at which the power is cut, from 0 on; null for none.</summary>
    public int? CutAt { get; set; }

    /// <summary>Moments passed since this was last set to 0.</summary>
    public int Moments { get; set; }

    public IReadOnlyCollection<string> Names => _names.Keys;

    public string PathOf(string name) => Path.Combine(_directory, name);

    public bool Has(string path) => _names.ContainsKey(path);

    public bool HasDirectory(string path) => path == _directory;

    public Stream Create(string path)
    {
        Moment();
        var inode = new Inode();
        Assert.That(_names.TryAdd(path, inode), path);
        _unflushed.Add((null, path, inode));
        return new SimulatedFile(this, inode);
    }

    public void Flush(Stream file)
    {
        Moment();
        var inode = ((SimulatedFile)file).Inode;
        inode.Durable = inode.Written;
    }

    public void Rename(string from, string to)
    {
        Moment();
        Assert.That(_names.Remove(from, out var inode), from);
        _names[to] = inode!;
        _unflushed.Add((from, to, inode!));
    }

    public void Delete(string path)
    {
        Moment();
        if (_names.Remove(path, out var inode))
        {
            _unflushed.Add((path, null, inode));
        }
    }

    public void FlushDirectory(string directory)
    {
        Moment();
        Assert.That(directory, Is.EqualTo(_directory));
        _unflushed.ForEach(step => Apply(_durable, step));
        _unflushed.Clear();
    }

    public byte[] ReadAll(string path) => _names.TryGetValue(path, out var inode) ? [.. inode.Written] : throw new FileNotFoundException(path);

    /// <summary>Puts other bytes in a file, as a bad sector does.</summary>
    public void Damage(string path, byte[] bytes) => _names[path] = new Inode { Written = bytes, Durable = bytes };

    /// <summary>The machine starts again. <paramref name="choose"/> says what became of it, and of each thing that was not flushed.</summary>
    /// <param name="choose">Given how many ways there are, gives one of them.</param>
    public void Recover(Func<int, int> choose)
    {
        if (choose(2) != 0)
        {
            foreach (var step in _unflushed.Where(_ => choose(2) != 0).ToList())
            {
                Apply(_durable, step);
            }

            foreach (var inode in _durable.Values.Distinct().Where(static i => i.Written != i.Durable).ToList())
            {
                inode.Written = inode.Durable = Torn(inode, choose(4));
            }

            _names = new(_durable, StringComparer.Ordinal);
        }

        // Only the process was killed, or what is left is on the disk by now.
        _durable = new(_names, StringComparer.Ordinal);
        foreach (var inode in _names.Values)
        {
            inode.Durable = inode.Written;
        }

        _unflushed.Clear();
        (_dead, CutAt, Moments) = (false, null, 0);
    }

    private static byte[] Torn(Inode inode, int way)
    {
        var half = inode.Written.Length / 2;
        return way switch
        {
            0 => inode.Durable,
            1 => inode.Written,
            2 => inode.Written[..half],
            _ => [.. new byte[half], .. inode.Written[half..]],
        };
    }

    private static void Apply(Dictionary<string, Inode> names, (string? Removed, string? Added, Inode Inode) step)
    {
        if (step.Removed is { } removed)
        {
            names.Remove(removed);
        }

        if (step.Added is { } added)
        {
            names[added] = step.Inode;
        }
    }

    private void Moment()
    {
        _dead |= Moments++ == CutAt;
        if (_dead)
        {
            throw new PowerCutException();
        }
    }

    /// <summary>A file being written, in pieces, so that a cut can come in the middle.</summary>
    private sealed class SimulatedFile(SimulatedDisk disk, Inode inode) : Stream
    {
        private const int Pieces = 4;

        public Inode Inode { get; } = inode;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Inode.Written.Length;

        public override long Position { get => Length; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            for (var piece = 0; piece < Pieces; piece++)
            {
                disk.Moment();
                Inode.Written = [.. Inode.Written, .. buffer[(buffer.Length * piece / Pieces)..(buffer.Length * (piece + 1) / Pieces)]];
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
