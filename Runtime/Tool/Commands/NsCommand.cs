using System.CommandLine;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens ns</c>: the namespaces of a service.</summary>
internal static class NsCommand
{
    public static Command Create(ServiceVerbs verbs) => verbs.Group("ns", "Create, see and change the namespaces of a service.",
        NsCreateCommand.Create(verbs), NsListCommand.Create(verbs), NsShowCommand.Create(verbs), NsSetCommand.Create(verbs),
        NsFreezeCommand.Create(verbs), NsThawCommand.Create(verbs), NsDeleteCommand.Create(verbs));
}
