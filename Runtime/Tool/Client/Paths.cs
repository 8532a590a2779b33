namespace TimeNs.Tool.Client;

/// <summary>The paths of the calls, names and values escaped.</summary>
internal static class Paths
{
    public const string Service = "/v1";
    public const string Namespaces = "/v1/namespaces";
    public const string Restore = "/v1/restore";
    public const string Forecast = "/v1/forecast";
    public const string State = "/v1/state";
    public const string Health = "/healthz";
    public const string Ready = "/readyz";
    public const string Events = "/v1/events";

    public static string Namespace(string ns) => $"{Namespaces}/{Uri.EscapeDataString(ns)}";

    public static string Timers(string ns) => $"{Namespace(ns)}/timers";

    public static string Timer(string ns, string timer) => $"{Timers(ns)}/{Uri.EscapeDataString(timer)}";

    /// <summary>With the parameters that have a value.</summary>
    public static string Query(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var mark = '?';
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                path += $"{mark}{name}={Uri.EscapeDataString(value)}";
                mark = '&';
            }
        }

        return path;
    }
}
