using System.Text;

namespace TimeNs.Tests.Tool;

/// <summary>What one run of <c>timens</c> gave.</summary>
internal sealed record ToolRun(int Code, string Output, string Error)
{
    /// <summary>Runs the command in this process.</summary>
    public static ToolRun Of(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = TimeNs.Tool.CommandLine.Run(args, output, error);
        return new ToolRun(code, output.ToString(), error.ToString());
    }

    /// <summary>The same in surroundings of the test's own.</summary>
    public static ToolRun In(TimeNs.Tool.Surroundings surroundings, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = TimeNs.Tool.CommandLine.Run(args, output, error, surroundings);
        return new ToolRun(code, output.ToString(), error.ToString());
    }

    public string[] OutputLines => Lines(Output);

    public string[] ErrorLines => Lines(Error);

    /// <summary>Refused as wrong use or for an unusable file: exit code 2, nothing on the output, one line that says why.</summary>
    public void IsRefused(string reason) => Assert.Multiple(() =>
    {
        Assert.That(Code, Is.EqualTo(2), Error);
        Assert.That(Output, Is.Empty);
        Assert.That(ErrorLines, Has.Length.EqualTo(1), Error);
        Assert.That(Error, Does.Contain(reason).And.Not.Contains("   at "));
    });

    /// <summary>Done, with exactly this on the output and nothing to say.</summary>
    public void Prints(string text) => Assert.Multiple(() =>
    {
        Assert.That(Error, Is.Empty);
        Assert.That(Code, Is.Zero);
        Assert.That(Output, Is.EqualTo(text.ReplaceLineEndings("\n") + "\n"));
    });

    /// <summary>Ends with this code, and exactly this line.</summary>
    public void Fails(int code, string line) => Assert.Multiple(() =>
    {
        Assert.That(Error, Is.EqualTo($"timens: {line}\n"));
        Assert.That(Code, Is.EqualTo(code));
    });

    /// <summary>The output as JSON.</summary>
    public System.Text.Json.JsonElement Json()
    {
        Assert.That((Code, Error), Is.EqualTo((0, "")));
        return System.Text.Json.JsonElement.Parse(Output);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A folder for one test, gone after it.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("timens-test-");

    public string Path => _folder.FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A file of lines, in UTF-8 without a byte order mark.</summary>
    public string Write(string name, params string[] lines) => Write(name, Encoding.UTF8.GetBytes(string.Concat(lines.Select(static l => l + "\n"))));

    public string Write(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
