using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using TimeNs.Tool.Client;

namespace TimeNs.Tool.Commands;

/// <summary>
/// What the verbs that ask a service share: <c>--socket</c> before or after the verb, <c>--json</c>, and names that a shell completes by
/// asking the service.
/// </summary>
/// <param name="surroundings">Where the command runs.</param>
/// <param name="hasDashes">The line has a <c>--</c>, after which a name may begin with a dash.</param>
internal sealed class ServiceVerbs(Surroundings surroundings, bool hasDashes = false)
{
    public const string SocketVariable = "TIMENS_SOCKET";

    /// <summary>A shell waits for what it is offered: a service that is slower offers nothing.</summary>
    private static readonly TimeSpan CompletionPatience = TimeSpan.FromSeconds(1);

    public Surroundings Surroundings { get; } = surroundings;

    /// <summary>The service's socket: an option of the command, of each group and of each verb.</summary>
    public Option<string[]> Socket { get; } = new("--socket")
    {
        Arity = ArgumentArity.OneOrMore, // one on each level; the last wins
        Description = $"The socket of the service (else {SocketVariable}, else the default).",
        HelpName = "PATH",
    };

    public Option<bool> Json { get; } = CommonOptions.Json();

    /// <summary>A group of verbs.</summary>
    public Command Group(string name, string description, params ReadOnlySpan<Command> verbs)
    {
        var group = new Command(name, description) { Socket };
        foreach (var verb in verbs)
        {
            group.Add(verb);
        }

        return group;
    }

    /// <summary>A verb with what it takes.</summary>
    public Command Verb(ExampleCommand command, Func<Session, Task<int>> run, params ReadOnlySpan<Symbol> takes)
    {
        foreach (var symbol in takes)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        command.Add(Json);
        command.Add(Socket);
        command.SetAction(parsed => RunAsync(parsed, run).GetAwaiter().GetResult());
        return command;
    }

    /// <summary>The name of a namespace that is there.</summary>
    public Argument<string> Namespace(string description = "A namespace.", ArgumentArity? arity = null)
    {
        var argument = NewName("NS", description, arity);
        argument.CompletionSources.Add(context => !IsNext(argument, context) ? [] : Offer(context, static async (service, cancel) =>
            (await service.AskAsync(HttpMethod.Get, Paths.Namespaces, Control.Wire.ControlJson.Default.NamespaceList, cancel).ConfigureAwait(false)).Namespaces.Select(static n => n.Name)));
        return argument;
    }

    /// <summary>A timer of that namespace, by its id or its name.</summary>
    public Argument<string> Timer(Argument<string> ns, ArgumentArity? arity = null)
    {
        var argument = NewName("TIMER", "A timer of it, by id or name.", arity);
        argument.CompletionSources.Add(context => !IsNext(argument, context) ? [] : Offer(context, async (service, cancel) =>
        {
            var path = Paths.Query(Paths.Timers(context.ParseResult.GetValue(ns)!), ("limit", "1000"));
            var page = await service.AskAsync(HttpMethod.Get, path, Control.Wire.ControlJson.Default.TimerList, cancel).ConfigureAwait(false);
            return page.Timers.Select(static t => t.Name ?? t.Id.ToString());
        }));
        return argument;
    }

    /// <summary>A name, new or not. A path cannot carry dots alone, and with them would be another path.</summary>
    public Argument<string> NewName(string name, string description, ArgumentArity? arity = null)
    {
        var argument = new Argument<string>(name) { Description = description, HelpName = name, Arity = arity ?? ArgumentArity.ExactlyOne };
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (string.IsNullOrWhiteSpace(token.Value) || token.Value is "." or "..")
                {
                    result.AddError($"'{token.Value}' cannot be a name");
                }
                else if (token.Value is ['-', _, ..] && !hasDashes)
                {
                    result.AddError($"{CommonOptions.UnknownOption} '{token.Value}' (a name that begins so goes after '--')");
                }
            }
        });
        return argument;
    }

    /// <summary>The option, the variable, the default, in this order.</summary>
    public string FindSocket(ParseResult parsed) => TryFindSocket(parsed)
        ?? throw new ToolException($"no service to ask: XDG_RUNTIME_DIR is not set, so give --socket PATH or set {SocketVariable}", CommandLine.Unreachable);

    /// <summary>The same; null where there is none.</summary>
    public string? TryFindSocket(ParseResult parsed)
    {
        if (parsed.GetResult(Socket) is { Tokens: [.., var path] })
        {
            return path.Value;
        }

        return Surroundings.Variable(SocketVariable) is { Length: > 0 } variable ? variable : Surroundings.DefaultSocket();
    }

    /// <summary>Whether it is this argument's turn: one that is there already is offered nothing more.</summary>
    public static bool IsNext(Argument argument, CompletionContext context)
    {
        var command = context.ParseResult.CommandResult;
        var given = command.Children.OfType<ArgumentResult>().Sum(static a => a.Tokens.Count);
        return command.Command.Arguments.IndexOf(argument) == given - (context.WordToComplete.Length == 0 ? 0 : 1);
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<Session, Task<int>> run)
    {
        using var service = new ServiceClient(FindSocket(parsed));
        return await run(new Session(parsed, service, Surroundings, parsed.GetValue(Json))).ConfigureAwait(false);
    }

    /// <summary>What the service says, or nothing: a shell that completes a line is no place for messages.</summary>
    private IEnumerable<CompletionItem> Offer(CompletionContext context, Func<ServiceClient, CancellationToken, Task<IEnumerable<string>>> ask)
    {
        try
        {
            using var patience = new CancellationTokenSource(CompletionPatience);
            using var service = new ServiceClient(FindSocket(context.ParseResult));
            return [.. ask(service, patience.Token).GetAwaiter().GetResult().Select(static name => new CompletionItem(name))];
        }
        catch (Exception e) when (e is ToolException or OperationCanceledException or ArgumentNullException)
        {
            return [];
        }
    }
}
