using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using TimeNs.Control.Problems;
using TimeNs.Control.Routes;
using TimeNs.Control.Sockets;

namespace TimeNs.Control.Access;

/// <summary>Who a client is, for limits, and what it may do.</summary>
/// <param name="Key">The uid; all clients without one are <see cref="Anonymous"/>.</param>
/// <param name="Role">What it may do.</param>
internal sealed record Client(long Key, Role Role)
{
    public const long Anonymous = -1;

    public override string ToString() => Key == Anonymous ? "over TCP" : $"uid {Key}";
}

/// <summary>
/// Decides the role of each request. Users and groups are looked up once, when the policy is made: a name that means nothing is refused
/// there, not ignored.
/// </summary>
internal sealed class AccessPolicy
{
    private readonly HashSet<uint> _adminUsers;
    private readonly HashSet<uint> _adminGroups;
    private readonly HashSet<uint> _readUsers;
    private readonly HashSet<uint> _readGroups;
    private readonly HashSet<string> _hosts;
    private readonly Role _tcpRole;
    private readonly Role _loopbackRole;
    private readonly byte[]? _tokenHash;

    /// <exception cref="ArgumentException">An unknown user or group, or an empty token.</exception>
    /// <exception cref="IOException">The token cannot be read.</exception>
    public AccessPolicy(AccessOptions options)
    {
        _adminUsers = Ids(options.AdminUsers, Accounts.FindUser, "user");
        _readUsers = Ids(options.ReadUsers, Accounts.FindUser, "user");
        _adminGroups = Ids(options.AdminGroups, Accounts.FindGroup, "group");
        _readGroups = Ids(options.ReadGroups, Accounts.FindGroup, "group");
        _hosts = new HashSet<string>(["localhost", "127.0.0.1", "[::1]", .. options.Hosts], StringComparer.OrdinalIgnoreCase);
        _tcpRole = options.TcpRole;
        _loopbackRole = options.LoopbackRole;
        _tokenHash = options.TokenFile is { } file ? SHA256.HashData(Token(file)) : null;
    }

    /// <summary>The client of a request.</summary>
    /// <exception cref="ControlException">401: it must show a token and does not. 421: the request was meant for another host.</exception>
    public Client Identify(HttpContext context)
    {
        CheckSite(context);
        return context.Features.Get<PeerIdentity>() is { } peer
            ? new Client(peer.Uid, RoleOf(peer))
            : new Client(Client.Anonymous, TcpRoleOf(context));
    }

    /// <summary>
    /// A web page anywhere can have a browser send requests to this machine, also under a host name of its own that it points here. So
    /// the host must be one of this service's names, and a request that a page of another site makes is refused. The Unix socket is no
    /// exception: a browser reaches it through a forwarded port. There a client may call the service by any one word, as clients of such
    /// sockets do, for nobody can point a name without a dot here.
    /// </summary>
    /// <exception cref="ControlException">421.</exception>
    public void CheckSite(HttpContext context)
    {
        var request = context.Request;
        var isWord = context.Features.Get<PeerIdentity>() is not null && request.Host.Host.AsSpan().IndexOfAny('.', ':') < 0;
        if (!isWord && !_hosts.Contains(request.Host.Host))
        {
            throw new ControlException(ProblemKind.MisdirectedHost, $"This service is not '{Text.TimeInput.Shown(request.Host.Host)}'.");
        }

        foreach (var origin in request.Headers.Origin)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var site) || !_hosts.Contains(site.IdnHost.Contains(':', StringComparison.Ordinal) ? $"[{site.IdnHost}]" : site.IdnHost))
            {
                throw new ControlException(ProblemKind.MisdirectedHost, $"The request comes from another site, '{Text.TimeInput.Shown(origin ?? "")}'.");
            }
        }
    }

    /// <summary>The role of a peer on a Unix socket.</summary>
    public Role RoleOf(PeerIdentity peer) =>
        peer.Uid == 0 || peer.Uid == LibC.EffectiveUid || _adminUsers.Contains(peer.Uid) || IsIn(_adminGroups, peer) ? Role.Admin
        : _readUsers.Contains(peer.Uid) || IsIn(_readGroups, peer) ? Role.Read
        : Role.None;

    private static bool IsIn(HashSet<uint> groups, PeerIdentity peer) => groups.Count != 0 && groups.Any(peer.IsIn);

    private static HashSet<uint> Ids(IEnumerable<string> names, Func<string, uint?> find, string kind) =>
        [.. names.Select(name => find(name) ?? throw new ArgumentException($"There is no {kind} '{name}'."))];

    private static byte[] Token(string file)
    {
        var token = File.ReadAllText(file).Trim();
        return token.Length < 16
            ? throw new ArgumentException($"The token in '{file}' has fewer than 16 characters.")
            : Encoding.UTF8.GetBytes(token);
    }

    private Role TcpRoleOf(HttpContext context)
    {
        var isLocal = context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from);
        if (_tokenHash is null)
        {
            return isLocal ? _tcpRole : Role.None;
        }

        if (isLocal && _loopbackRole != Role.None && context.Request.Headers.Authorization.Count == 0)
        {
            return _loopbackRole;
        }

        return ShowsToken(context.Request)
            ? _tcpRole
            : throw new ControlException(ProblemKind.Unauthorised, "Over TCP the service wants its token: Authorization: Bearer TOKEN.");
    }

    private bool ShowsToken(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var shown = request.Headers.Authorization;
        return shown is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(value[Scheme.Length..].Trim())), _tokenHash);
    }
}
