using System.Reflection;
using System.Security.Cryptography;

namespace TimeNs.Control.Web;

/// <summary>A file of the web page, as it is in this library.</summary>
/// <param name="Path">Where it is served.</param>
/// <param name="Type">Its media type.</param>
/// <param name="Bytes">What is in it.</param>
/// <param name="Tag">Of these bytes, for a browser that has them already.</param>
internal sealed record WebFile(string Path, string Type, ReadOnlyMemory<byte> Bytes, string Tag)
{
    private const string Prefix = "web/";
    private const string Page = "page.html";

    /// <summary>All of them. The page itself is served at <c>/</c>, the others beneath <c>/web/</c>.</summary>
    public static IReadOnlyList<WebFile> All { get; } =
        [.. Library.GetManifestResourceNames().Where(static n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(Load)];

    private static Assembly Library => typeof(WebFile).Assembly;

    private static WebFile Load(string resource)
    {
        using var stream = Library.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var name = resource[Prefix.Length..];
        return new WebFile(name == Page ? "/" : $"/{resource}", TypeOf(name), bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\"");
    }

    private static string TypeOf(string name) => System.IO.Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"The web page has a file '{name}', and no media type is known for '{other}'."),
    };
}
