using System.Diagnostics;

namespace TimeNs.Tests.Tool;

/// <summary>The completion scripts, and what they ask the command.</summary>
public class CompletionCommandTest
{
    [TestCase("bash", "complete -o default -F _timens timens")]
    [TestCase("zsh", "#compdef timens")]
    [TestCase("fish", "complete -c timens")]
    public void Completion_EachShell_IsAScriptForIt(string shell, string line)
    {
        var run = ToolRun.Of("completion", shell);
        Assert.That(run.Code, Is.Zero);
        Assert.That(run.Output, Does.Contain(line).And.Contains("[suggest:"));
    }

    [TestCase("sh")]
    [TestCase("--", "sh")]
    [TestCase("--", "--help")]
    public void Completion_OtherShell_IsRefused(params string[] words) => ToolRun.Of(["completion", .. words]).IsRefused($"'{words[^1]}'");

    /// <summary>The shell itself reads it and finds nothing wrong.</summary>
    [TestCase("bash", "-n")]
    [TestCase("zsh", "-n")]
    [TestCase("fish", "--no-execute")]
    public void Completion_EachShell_Parses(string shell, string parseOnly)
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder.File("script"), ToolRun.Of("completion", shell).Output);
        Assert.That(Shell(shell, parseOnly, folder.File("script")), Is.EqualTo((0, "")));
    }

    /// <summary>A line as <c>timens image sh</c> is completed by the script that the command gives.</summary>
    [Test]
    public void Completion_InFish_CompletesALine()
    {
        var tool = Path.ChangeExtension(typeof(TimeNs.Tool.CommandLine).Assembly.Location, ".dll");
        var script = $"function timens; dotnet '{tool}' $argv; end; timens completion fish | source; complete -C 'timens image sh'";
        Assert.That(Shell("fish", "--no-config", "-c", script), Is.EqualTo((0, "show\n")));
    }

    [Test]
    public void Completion_InZsh_OffersWhatFits()
    {
        var tool = Path.ChangeExtension(typeof(TimeNs.Tool.CommandLine).Assembly.Location, ".dll");
        var script = $$"""
            timens() { dotnet '{{tool}}' "$@"; }
            compdef() { :; }
            _files() { print -r -- files; }
            compadd() { print -rl -- "$@[2,-1]"; }
            eval "$(timens completion zsh)"
            LBUFFER='timens image sh'; words=(timens image sh); CURRENT=3
            _timens
            LBUFFER='timens simulate '; words=(timens simulate ''); CURRENT=3
            _timens
            """;
        Assert.That(Shell("zsh", "-f", "-c", script), Is.EqualTo((0, "show\nfiles\n")));
    }

    [TestCase("simu", "simulate")]
    [TestCase("image fo", "forecast")]
    [TestCase("image forecast x --clo", "--clocks")]
    [TestCase("image forecast x --clocks ", "criu", "gvisor", "suspend")]
    [TestCase("simulate --q", "--quiet")]
    public void Suggest_PartOfALine_OffersWhatFits(string line, params string[] offers)
    {
        var run = ToolRun.Of($"[suggest:{line.Length}]", line);
        Assert.That(run.Code, Is.Zero);
        Assert.That(run.OutputLines, Is.EqualTo(offers));
    }

    [TestCase("timens sim", "simulate")]
    [TestCase("timens image ", "diff forecast show")]
    [TestCase("timens image forecast x --missed o", "one")]
    [TestCase("timens simulate ", "", Description = "no options unless asked for: the shell offers files")]
    public void Completion_InBash_CompletesALine(string line, string offers)
    {
        if (!File.Exists("/bin/bash"))
        {
            Assert.Ignore("there is no bash here");
        }

        var tool = Path.ChangeExtension(typeof(TimeNs.Tool.CommandLine).Assembly.Location, ".dll");
        var script = $$"""
            timens() { dotnet '{{tool}}' "$@"; }
            eval "$(timens completion bash)"
            COMP_LINE='{{line}}'; COMP_POINT=${#COMP_LINE}
            read -ra COMP_WORDS <<< "$COMP_LINE"; [[ "$COMP_LINE" == *" " ]] && COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _timens
            echo "${COMPREPLY[*]}"
            """;
        var start = new ProcessStartInfo("/bin/bash", ["--norc", "-c", script]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var bash = Process.Start(start)!;
        Assert.That(bash.StandardOutput.ReadToEnd().Trim(), Is.EqualTo(offers));
    }

    [Test]
    public void Run_TwoDirectives_IsRefused()
    {
        var run = ToolRun.Of("[suggest:3]", "[suggest:3]", "ns");
        Assert.That((run.Code, run.Error), Is.EqualTo((2, "timens: only one directive in brackets is taken. Try 'timens --help'.\n")));
    }

    /// <summary>Its exit code, and what it says on both streams.</summary>
    private static (int Code, string Said) Shell(string shell, params string[] args)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(shell, args) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + error.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore($"there is no {shell} here");
            return default;
        }
    }
}
