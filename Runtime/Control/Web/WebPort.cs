using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using TimeNs.Control.Sockets;

namespace TimeNs.Control.Web;

/// <summary>The TCP port of the service, when one is asked for.</summary>
/// <remarks>
/// There the kernel does not say who a client is. Unless the configuration says something of clients over TCP, one from this machine may
/// look, and one that shows the token of <see cref="WebToken"/> is an admin; from another machine the token is wanted for everything.
/// </remarks>
internal static class WebPort
{
    /// <exception cref="IOException">There can be no token.</exception>
    public static void Add(WebApplicationBuilder builder, IPEndPoint listen, SocketFile socket)
    {
        WebToken.Ensure(socket);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(listen));
        builder.Services.PostConfigure<TimeNsOptions>(options => Complete(options.Access, WebToken.FileOf(socket.Path)));
    }

    private static void Complete(AccessOptions access, string tokenFile)
    {
        if (!access.SaysTcp)
        {
            (access.TcpRole, access.LoopbackRole, access.TokenFile) = (Role.Admin, Role.Read, tokenFile);
        }
    }
}
