using System.CommandLine;
using TimeNs.Tool.Client;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens checkpoint NS -o FILE</c>.</summary>
internal static class CheckpointCommand
{
    private static readonly string[] Absolute = ["keep", "refuse", "relative"];

    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        var file = new Option<string>("--output", "-o") { Description = "Where to; - is the standard output.", HelpName = "FILE", Required = true };
        file.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: "" }])
            {
                result.AddError("--output must not be empty");
            }
        });
        var absolute = new Option<string?>("--absolute") { Description = "Timers that are set to an absolute time (default keep).", HelpName = string.Join('|', Absolute) };
        absolute.AcceptOnlyFromAmong(Absolute);
        var stop = new Option<bool>("--stop") { Description = "Freeze it first, and delete it once the image is safe. When anything fails it goes on." };
        return verbs.Verb(
            new ExampleCommand("checkpoint", "Write a namespace to an image, from which it can be restored, here or on another host.",
                "timens checkpoint web -o web.tns  # it goes on",
                "timens checkpoint web -o web.tns --stop",
                "timens checkpoint web -o - --stop | ssh elsewhere timens restore -"),
            session =>
            {
                if (session.IsJson && session.Get(file) == CheckpointRun.StandardOutput)
                {
                    throw new ToolException("--json and -o - exclude each other: the image goes to the standard output");
                }

                return new CheckpointRun(session, session.Get(ns), session.Get(file)!, session.Get(absolute)).RunAsync(session.Get(stop));
            },
            ns, file, absolute, stop);
    }
}
