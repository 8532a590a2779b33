using TimeNs.Control.Problems;
using TimeNs.Control.Routes;

namespace TimeNs.Control.Calls;

/// <summary>A path that no call has, or one that is asked with a method that it does not take.</summary>
internal static class UnknownPath
{
    /// <summary>Where the methods of the path are kept for the answer.</summary>
    public const string Allowed = "TimeNs.Allowed";

    public static Task Refuse(ControlCall call)
    {
        var path = "/v1/" + (call.Http.Request.RouteValues["rest"] as string ?? "");
        var methods = call.Service.Routes.Where(r => Matches(r.Path, path.TrimEnd('/'))).Select(static r => r.Method).ToArray();
        var shown = Text.TimeInput.Shown(path);
        if (methods.Length == 0)
        {
            throw new ControlException(ProblemKind.NoSuchPath, $"There is nothing at '{shown}'.");
        }

        call.Http.Items[Allowed] = string.Join(", ", methods);
        throw new ControlException(ProblemKind.BadMethod, $"'{shown}' takes {string.Join(", ", methods)}, not {Text.TimeInput.Shown(call.Http.Request.Method)}.");
    }

    private static bool Matches(string pattern, string path)
    {
        var (wanted, parts) = (pattern.Split('/'), path.Split('/'));
        return wanted.Length == parts.Length
            && wanted.Zip(parts).All(static p => p.First.StartsWith('{') ? p.Second.Length != 0 : string.Equals(p.First, p.Second, StringComparison.OrdinalIgnoreCase));
    }
}
