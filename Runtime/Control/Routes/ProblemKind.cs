namespace TimeNs.Control.Routes;

/// <summary>A kind of refusal: the end of its type, its status and its title.</summary>
internal sealed record ProblemKind(string Name, int Status, string Title)
{
    public static readonly ProblemKind BadArgument = new("bad-argument", 400, "An argument is not what it should be");
    public static readonly ProblemKind Unauthorised = new("unauthorised", 401, "The client is not known");
    public static readonly ProblemKind Forbidden = new("forbidden", 403, "The client lacks the role that the call needs");
    public static readonly ProblemKind NoSuchPath = new("no-such-path", 404, "There is nothing at this path");
    public static readonly ProblemKind NoSuchNamespace = new("no-such-namespace", 404, "There is no such namespace");
    public static readonly ProblemKind NoSuchTimer = new("no-such-timer", 404, "There is no such timer");
    public static readonly ProblemKind BadMethod = new("bad-method", 405, "The path does not take this method");
    public static readonly ProblemKind Exists = new("exists", 409, "The name is taken");
    public static readonly ProblemKind Frozen = new("frozen", 409, "The namespace is frozen already, or is not frozen");
    public static readonly ProblemKind Refused = new("refused", 409, "The state of the namespace does not allow it");
    public static readonly ProblemKind TooLarge = new("too-large", 413, "The body is larger than the call takes");
    public static readonly ProblemKind BadMediaType = new("bad-media-type", 415, "The body has a media type that the call does not take");
    public static readonly ProblemKind MisdirectedHost = new("misdirected-host", 421, "The request was meant for another host or comes from another site");
    public static readonly ProblemKind BadImage = new("bad-image", 422, "The image is damaged, unknown or impossible");
    public static readonly ProblemKind OutOfRange = new("out-of-range", 422, "A clock would leave its range");
    public static readonly ProblemKind Limit = new("limit", 429, "A limit of the service is reached");
    public static readonly ProblemKind Internal = new("internal", 500, "The service failed; its log says how");
    public static readonly ProblemKind Stopping = new("stopping", 503, "The service is stopping");

    /// <summary>All of them, by status.</summary>
    public static IReadOnlyList<ProblemKind> All { get; } =
    [
        BadArgument, Unauthorised, Forbidden, NoSuchPath, NoSuchNamespace, NoSuchTimer, BadMethod, Exists, Frozen, Refused,
        TooLarge, BadMediaType, MisdirectedHost, BadImage, OutOfRange, Limit, Internal, Stopping,
    ];
}
