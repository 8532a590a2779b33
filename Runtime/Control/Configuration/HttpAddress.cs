using System.Net;

namespace TimeNs.Control.Configuration;

/// <summary>An address and a port to listen on, as text.</summary>
internal static class HttpAddress
{
    public const string Wanted = "an address and a port are wanted, such as \"127.0.0.1:9464\" or \"[::1]:9464\"";

    /// <summary>Null when it is none: a port must be there, a host name is none.</summary>
    public static IPEndPoint? Find(string text) =>
        IPEndPoint.TryParse(text, out var found) && (text.StartsWith('[') ? text.Contains("]:", StringComparison.Ordinal) : text.Count(static c => c == ':') == 1)
            ? found
            : null;
}
