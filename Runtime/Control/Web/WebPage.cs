using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TimeNs.Control.Calls;
using Route = TimeNs.Control.Routes.Route;

namespace TimeNs.Control.Web;

/// <summary>
/// The web page of the service. Its files hold nothing of any namespace, so they need no role: what is shown is asked for by the page, call
/// by call, with the role of whoever looks at it.
/// </summary>
/// <remarks>
/// The policy allows scripts, styles and pictures from this service and calls to it, and nothing else: nothing inline, nothing from elsewhere, no frame around the
/// page, no form that goes anywhere, and no string that becomes markup.
/// </remarks>
internal static class WebPage
{
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    public static void Map(IEndpointRouteBuilder endpoints, ControlService service)
    {
        foreach (var file in WebFile.All)
        {
            var route = new Route($"web {file.Path}", "GET", file.Path, Role.None, "A file of the web page") { ResponseType = file.Type };
            TimeNsEndpoints.Map(endpoints, service, route, call => SendAsync(call, file));
        }
    }

    private static async Task SendAsync(ControlCall call, WebFile file)
    {
        call.Service.Access.CheckSite(call.Http);
        var (request, response) = (call.Http.Request, call.Http.Response);
        SetHeaders(response.Headers, file);
        if (request.Headers.IfNoneMatch.Contains(file.Tag, StringComparer.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = file.Type;
        response.ContentLength = file.Bytes.Length;
        await response.Body.WriteAsync(file.Bytes, call.Http.RequestAborted).ConfigureAwait(false);
    }

    private static void SetHeaders(IHeaderDictionary headers, WebFile file)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-cache"; // kept, and asked for again: a service of another version has other files
        headers.ETag = file.Tag;
    }
}
