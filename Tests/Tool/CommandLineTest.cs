namespace TimeNs.Tests.Tool;

/// <summary>Wrong use, help and version: exit codes, and one line that says what to do.</summary>
public class CommandLineTest
{
    [TestCase("Try 'timens --help'.")]
    [TestCase("Unrecognized command or argument 'bogus'. Try 'timens --help'.", "bogus")]
    [TestCase("Unrecognized command or argument '@bogus'", "@bogus")]
    [TestCase("Try 'timens image --help'.", "image")]
    [TestCase("Unrecognized command or argument 'shw'", "image", "shw")]
    [TestCase("Try 'timens simulate --help'.", "simulate")]
    [TestCase("Unknown option '--foo'", "simulate", "--foo", "x.jsonl")]
    [TestCase("Unknown option '--jsn'", "image", "show", "--jsn", "x.image")]
    [TestCase("--limit must be a whole number of at least 0, not '-3'", "image", "show", "x", "--limit", "-3")]
    [TestCase("--limit must be a whole number of at least 0, not '1.5'", "image", "show", "x", "--limit", "1.5")]
    [TestCase("--within must be a duration of at least 0 such as 1h30m or 1.5s, not '5x'", "image", "forecast", "x", "--within", "5x")]
    [TestCase("--within must be a duration of at least 0", "image", "forecast", "x", "--within", "-5s")]
    [TestCase("--at must be an instant in UTC", "image", "forecast", "x", "--at", "noon")]
    [TestCase("--clocks must be one of suspend, criu, gvisor, not 'foo'", "image", "forecast", "x", "--clocks", "foo")]
    [TestCase("--realtime must be one of wall, frozen, not 'elapsed'", "image", "forecast", "x", "--realtime", "elapsed")]
    [TestCase("--monotonic must be one of frozen, elapsed, not 'wall'", "image", "forecast", "x", "--monotonic", "wall")]
    [TestCase("--missed must be one of count, one, skip, not 'all'", "image", "forecast", "x", "--missed", "all")]
    [TestCase("SHELL must be one of bash, zsh, fish, not 'tcsh'", "completion", "tcsh")]
    [TestCase("no-such: no such file", "simulate", "no-such")]
    [TestCase("no-such: no such file", "image", "show", "no-such")]
    [TestCase("no-such/x: no such file", "image", "forecast", "no-such/x")]
    [TestCase("'': a file name must not be empty", "simulate", "")]
    [TestCase("'': a file name must not be empty", "image", "show", "")]
    [TestCase("/: is a directory, not a file", "image", "show", "/")]
    public void Run_WrongUse_IsOneLineAndExitCodeTwo(string reason, params string[] args)
    {
        var run = ToolRun.Of(args);
        run.IsRefused(reason);
        Assert.That(run.Error, Does.StartWith("timens: "));
    }

    [Test]
    public void Run_UnreadableFile_SaysSo()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("whoever may read everything meets no unreadable file");
            return;
        }

        using var folder = new TestFolder();
        var file = folder.Write("x", "");
        File.SetUnixFileMode(file, UnixFileMode.None);
        ToolRun.Of("simulate", file).IsRefused("permission denied");
    }

    [TestCase("simulate")]
    [TestCase("image show")]
    [TestCase("image forecast")]
    [TestCase("completion")]
    [TestCase("image")]
    [TestCase("")]
    public void Run_Help_HasExamplesOfTheCommand(string command)
    {
        foreach (var option in (string[])["--help", "-h"])
        {
            var run = ToolRun.Of([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), option]);
            Assert.That(run.Code, Is.Zero, run.Error);
            Assert.That(run.Error, Is.Empty);
            Assert.That(run.Output, Does.Contain("Examples:").And.Contains($"timens {command}".TrimEnd()));
        }
    }

    [Test]
    public void Run_Version_NamesTheCommandAndItsVersion()
    {
        var run = ToolRun.Of("--version");
        Assert.That(run.Code, Is.Zero);
        Assert.That(run.OutputLines, Has.Length.EqualTo(1));
        Assert.That(run.Output, Does.Match(@"^timens \d+\.\d+\.\d+"));
    }

    [Test]
    public void Run_OutputThatIsFull_IsOneLineAndExitCodeTwo()
    {
        using var error = new StringWriter();
        using var full = new StreamWriter(new FullStream());
        Assert.That(TimeNs.Tool.CommandLine.Run(["--version"], full, error), Is.EqualTo(2));
        Assert.That(error.ToString().TrimEnd(), Is.EqualTo("timens: cannot write the output: No space left on device"));
    }

    private sealed class FullStream : MemoryStream
    {
        private bool _complained;

        public override void Write(byte[] buffer, int offset, int count) => Complain();

        public override void Write(ReadOnlySpan<byte> buffer) => Complain();

        private void Complain()
        {
            if (!_complained)
            {
                _complained = true;
                throw new IOException("No space left on device");
            }
        }
    }
}
