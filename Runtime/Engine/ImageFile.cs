using TimeNs.Images;

namespace TimeNs.Runtime;

/// <summary>Images in files: saved as a whole or not at all, and read without trust.</summary>
/// <remarks>
/// A save writes a new file beside the old one, brings it to the disk and only then puts it in the old one's place:
/// <code>
///   .timens-x.tmp  ── write ── fsync ──┐ rename ── fsync of the directory
///   web.tns  ───── old image ──────────┴──────── new image ─────────────────▶
/// </code>
/// So whoever opens the file at any moment, also after a crash, finds a whole image. An image is as private as the workload
/// that it tells of: the file is its owner's alone (mode 0600). From any thread; of two saves to one path the later rename stays.
/// </remarks>
public static class ImageFile
{
    /// <summary>Saves an image, in place of a file that may be there. A symbolic link is replaced, not followed.</summary>
    /// <remarks>
    /// On any failure what was there is unharmed and no temporary file is left; a process that is killed half-way can leave one named
    /// <c>.timens-*.tmp</c>. When only the last step fails, the directory's fsync, the new image is in place and could be gone
    /// after a power cut.
    /// </remarks>
    /// <exception cref="ImageException">The image is impossible; no file is touched.</exception>
    /// <exception cref="IOException">The file cannot be written, or a directory is in its place.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory cannot be written to.</exception>
    public static void Save(NamespaceImage image, string path) => Save(image, path, ImageDisk.Instance);

    /// <summary>Loads an image from a file that need not be trusted.</summary>
    /// <exception cref="ImageException">Damaged, unknown, impossible, or larger than 2 GiB; the reason names the path.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static NamespaceImage Load(string path) => Load(path, ImageDisk.Instance);

    /// <inheritdoc cref="Save(NamespaceImage, string)"/>
    internal static void Save(NamespaceImage image, string path, IImageDisk disk)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var bytes = ImageFormat.Encode(image);
        Replace(path, file => file.Write(bytes), disk);
    }

    /// <inheritdoc cref="Load(string)"/>
    internal static NamespaceImage Load(string path, IImageDisk disk)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return ImageFormat.DecodeOwned(disk.ReadAll(path));
        }
        catch (ImageException wrong)
        {
            throw new ImageException(wrong.Field, $"{wrong.Reason} (in '{path}')", wrong.Offset);
        }
    }

    /// <summary>Puts a file with what <paramref name="write"/> writes in the place of another, at once and for good.</summary>
    internal static void Replace(string path, Action<Stream> write, IImageDisk disk)
    {
        path = Path.GetFullPath(path);
        var directory = Path.GetDirectoryName(path)
            ?? throw new IOException($"'{path}' is a directory: an image cannot be saved there");
        if (!disk.HasDirectory(directory))
        {
            throw new DirectoryNotFoundException($"There is no directory '{directory}' to save '{Path.GetFileName(path)}' in");
        }

        if (disk.HasDirectory(path))
        {
            throw new IOException($"'{path}' is a directory: an image cannot be saved in its place");
        }

        var temporary = Path.Combine(directory, $".timens-{Path.GetRandomFileName()}.tmp");
        try
        {
            using (var file = disk.Create(temporary))
            {
                write(file);
                disk.Flush(file);
            }

            disk.Rename(temporary, path);
        }
        catch
        {
            Remove(temporary, disk);
            throw;
        }

        disk.FlushDirectory(directory);
    }

    /// <summary>Takes a temporary file away. That this fails too must not hide what went wrong before.</summary>
    private static void Remove(string temporary, IImageDisk disk)
    {
        try
        {
            disk.Delete(temporary);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
        }
    }
}
