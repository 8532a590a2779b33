using TimeNs.Images;

namespace TimeNs.Runtime;

/// <summary>
/// The steps of saving and loading an image, one by one: the only seam between <see cref="ImageFile"/> and the disk. A crash can come
/// between any two of them.
/// </summary>
internal interface IImageDisk
{
    bool HasDirectory(string path);

    /// <summary>Makes a file that is not there yet, for its owner alone. What is written to it is on the disk after <see cref="Flush"/>.</summary>
    Stream Create(string path);

    /// <summary>Brings what was written to a file to the disk.</summary>
    void Flush(Stream file);

    /// <summary>Puts a file in the place of another, in one step. It outlives a power cut after <see cref="FlushDirectory"/>.</summary>
    void Rename(string from, string to);

    void Delete(string path);

    /// <summary>Brings a directory's entries to the disk.</summary>
    void FlushDirectory(string directory);

    /// <summary>All bytes of a file.</summary>
    /// <exception cref="ImageException">It is larger than an image can be.</exception>
    byte[] ReadAll(string path);
}

/// <summary>The machine's own disk.</summary>
internal sealed class ImageDisk : IImageDisk
{
    public static ImageDisk Instance { get; } = new();

    public bool HasDirectory(string path) => Directory.Exists(path);

    public Stream Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    public void Flush(Stream file) => ((FileStream)file).Flush(flushToDisk: true);

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    public void FlushDirectory(string directory) => DirectoryFlush.ToDisk(directory);

    public byte[] ReadAll(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        if (length > Array.MaxLength)
        {
            throw new ImageException("file", $"{length} bytes are more than an image of 2 GiB can have");
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        var done = 0;
        while (done < bytes.Length)
        {
            var read = RandomAccess.Read(file, bytes.AsSpan(done), done);
            if (read == 0)
            {
                return bytes[..done];
            }

            done += read;
        }

        return bytes;
    }
}
