using System.CommandLine;

namespace TimeNs.Tool.Commands;

/// <summary>
/// <c>timens completion SHELL</c>: a script that lets a shell complete the command line by asking the command itself
/// (<c>timens [suggest:POSITION] LINE</c>), so that it never goes out of date. Options are offered once a dash is typed; where the command has nothing to say, file names.
/// Names of namespaces come from whoever made those: no script evaluates what it is offered, and bash is given it quoted.
/// </summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            _timens() {
                local line="${COMP_LINE:0:COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}" offer
                COMPREPLY=()
                while IFS= read -r offer; do
                    [[ -n "$offer" && "$offer" == "$word"* && ( "$word" == -* || "$offer" != -* ) ]] && COMPREPLY+=("$(printf %q "$offer")")
                done < <(timens "[suggest:${#line}]" "$line" 2>/dev/null)
            }
            complete -o default -F _timens timens
            """,
        ["zsh"] = """
            #compdef timens
            _timens() {
                local line="${LBUFFER}"
                local -a found
                found=("${(@f)$(timens "[suggest:${#line}]" "$line" 2>/dev/null)}")
                found=("${(@)found:#}")
                [[ "${words[CURRENT]}" == -* ]] || found=("${(@)found:#-*}")
                if (( ${#found} )); then compadd -- "${found[@]}"; else _files; fi
            }
            if [ "$funcstack[1]" = "_timens" ]; then _timens "$@"; else compdef _timens timens; fi
            """,
        ["fish"] = """
            function __timens_complete
                set -l line (commandline -cp)
                set -l word (commandline -ct)
                set -l found (timens "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null | string match -r '.+')
                string match -q -- '-*' "$word"; or set found (printf '%s\n' $found | string match -r '^[^-].*')
                if set -q found[1]
                    printf '%s\n' $found
                else
                    __fish_complete_path "$word"
                end
            end
            complete -c timens -f -a '(__timens_complete)'
            """,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.CompletionSources.Add([.. Scripts.Keys]);
        shell.Validators.Add(static result => CommonOptions.RefuseOthers(result, result.Tokens, "SHELL", [.. Scripts.Keys]));
        var command = new ExampleCommand("completion", "Print a script that completes timens in a shell.",
            "eval \"$(timens completion bash)\"  # in ~/.bashrc",
            "eval \"$(timens completion zsh)\"  # in ~/.zshrc, after compinit",
            "timens completion fish > ~/.config/fish/completions/timens.fish")
        {
            shell,
        };
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.WriteLine(Scripts[parsed.GetValue(shell)!]));
        return command;
    }
}
