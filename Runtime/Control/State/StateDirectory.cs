using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Win32.SafeHandles;
using TimeNs.Control.Sockets;
using TimeNs.Images;
using TimeNs.Runtime;

namespace TimeNs.Control.State;

/// <summary>
/// The folder in which a service keeps its namespaces: an image each, what configuration was applied last, and a sign of life. One service
/// at a time, by a lock that dies with its process.
/// </summary>
/// <remarks>
/// <code>
///   lock          held (flock) as long as the service lives
///   web.tns       the last whole image of namespace web; a name that is no file name is escaped, the image itself holds the name
///   web.tns.bad   an image that could not be restored, kept aside
///   applied.json  the configuration that was applied last
///   alive.json    when the service was last known to live, and whether it has stopped cleanly
/// </code>
/// Images and applied.json are brought to the disk before they take the place of older ones; so is alive.json when it begins or ceases to
/// say that the service has stopped cleanly. The signs of life between are not: a power cut may leave an older one, or none that can be
/// read, and neither says that the stop was clean.
/// </remarks>
internal sealed class StateDirectory : IDisposable
{
    public const string Extension = ".tns";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int LongestName = 120;
    private const string Sign = "alive.json";

    private readonly SafeFileHandle? _lock;

    /// <exception cref="IOException">It cannot be used, others can write to it, or another service has it.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be used.</exception>
    public StateDirectory(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        if (!OperatingSystem.IsLinux())
        {
            Directory.CreateDirectory(Path);
            return;
        }

        Directory.CreateDirectory(Path, OwnerOnly);
        CheckOwner(Directory.ResolveLinkTarget(Path, returnFinalTarget: true)?.FullName ?? Path);
        _lock = LibC.TryLock(System.IO.Path.Combine(Path, "lock"))
            ?? throw new IOException($"Another service has the state directory '{Path}': its lock is held.");
        foreach (var half in Directory.EnumerateFiles(Path, ".timens-*.tmp"))
        {
            File.Delete(half);
        }
    }

    public string Path { get; }

    public IReadOnlyList<string> Images => [.. Directory.EnumerateFiles(Path, "*" + Extension).Order(StringComparer.Ordinal)];

    /// <summary>The file of a namespace. Different namespaces have different files.</summary>
    public string FileOf(string name)
    {
        var escaped = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(name))
        {
            var c = (char)b;
            _ = char.IsAsciiLetterOrDigit(c) || c is '-' or '_' || (c == '.' && escaped.Length != 0) ? escaped.Append(c) : escaped.Append('%').Append(b.ToString("X2"));
        }

        if (escaped.Length > LongestName)
        {
            escaped.Length = LongestName;
            escaped.Append('~').Append(Convert.ToHexString(XxHash128.Hash(Encoding.UTF8.GetBytes(name))));
        }

        return System.IO.Path.Combine(Path, escaped + Extension);
    }

    /// <summary>Takes the image of a namespace that is gone away, for good.</summary>
    public void Remove(string name)
    {
        File.Delete(FileOf(name));
        ImageDisk.Instance.FlushDirectory(Path);
    }

    public void Save(NamespaceImage image) => ImageFile.Save(image, FileOf(image.Name));

    /// <summary>Puts an image aside under a name that is free.</summary>
    /// <returns>Its new path.</returns>
    public static string PutAside(string image)
    {
        for (var i = 0; ; i++)
        {
            var aside = i == 0 ? image + ".bad" : $"{image}.bad.{i}";
            if (!File.Exists(aside))
            {
                File.Move(image, aside);
                return aside;
            }
        }
    }

    public AppliedConfig? LoadApplied() => Load("applied.json", StateJson.Default.AppliedConfig);

    public void SaveApplied(AppliedConfig applied) =>
        ImageFile.Replace(System.IO.Path.Combine(Path, "applied.json"), file => JsonSerializer.Serialize(file, applied, StateJson.Default.AppliedConfig), ImageDisk.Instance);

    public SignOfLife? LoadSign() => Load(Sign, StateJson.Default.SignOfLife);

    /// <param name="sign">What is known now.</param>
    /// <param name="isForGood">True: it outlives a power cut.</param>
    public void SaveSign(SignOfLife sign, bool isForGood)
    {
        var path = System.IO.Path.Combine(Path, Sign);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(sign, StateJson.Default.SignOfLife);
        if (isForGood)
        {
            ImageFile.Replace(path, file => file.Write(bytes), ImageDisk.Instance);
            return;
        }

        var half = System.IO.Path.Combine(Path, ".timens-alive.tmp");
        File.WriteAllBytes(half, bytes);
        File.Move(half, path, overwrite: true);
    }

    /// <summary>From here on nothing is known.</summary>
    public void RemoveSign() => File.Delete(System.IO.Path.Combine(Path, Sign));

    public void Dispose() => _lock?.Dispose();

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private void CheckOwner(string folder)
    {
        if ((File.GetUnixFileMode(folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != UnixFileMode.None)
        {
            throw new IOException($"Others than the owner can write to the state directory '{Path}': its mode must be 0700.");
        }

        if (LibC.Status(folder) is { Uid: not 0 and var owner } && owner != LibC.EffectiveUid)
        {
            throw new IOException($"The state directory '{Path}' belongs to user {owner}, who could change what is in it.");
        }
    }

    /// <summary>Null when it is not there, or is not what was written: then nothing is known.</summary>
    private T? Load<T>(string name, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(System.IO.Path.Combine(Path, name)), type);
        }
        catch (Exception unknown) when (unknown is FileNotFoundException or JsonException)
        {
            return null;
        }
    }
}
