using CsCheck;
using NUnit.Framework;
using TimeNs.Images;
using TimeNs.Tests.Images;

namespace TimeNs.Tests.Tool;

/// <summary>Command lines out of words that mean something somewhere: each does what it says or is refused in one line.</summary>
[TestFixture, NonParallelizable]
internal sealed class CommandFuzzTest
{
    private static readonly TestFolder Folder = new();

    private static readonly string[] Verbs = ["simulate", "image", "image show", "image forecast", "image forecast", "image forecast IMAGE", "completion", "frobnicate", ""];

    private static readonly string[] Words =
    [
        "IMAGE", "SCENARIO", "DAMAGED", "missing", "/", "", "-", "--", "--json", "--limit", "0", "-1", "99999999999999999999", "5", "--within", "1h", "106751d", "999999999999d", "-1s", "1e9s",
        "--at", "2026-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "2116-02-20T23:53:38Z", "--clocks", "suspend", "criu", "--realtime", "wall", "frozen", "--monotonic",
        "elapsed", "--boottime", "--missed", "skip", "one", "--quiet", "-q", "-h", "--help", "--version", "@IMAGE", "--tolerance", "--max", "bash", "[suggest:3]", "\0", "🕰", "--json=maybe", "-x",
    ];

    private static readonly Gen<string[]> Lines = Gen.Select(Gen.Int[0, Verbs.Length - 1].Select(static i => Verbs[i]), Gen.Int[0, Words.Length - 1].Select(static i => Words[i]).Array[0, 6])
        .Select(static (verb, words) => verb.Split(' ', StringSplitOptions.RemoveEmptyEntries).Concat(words).ToArray());

    [OneTimeSetUp]
    public void WriteFiles()
    {
        var image = ImageFormat.Encode(ImageSamples.EveryField);
        Folder.Write("image", image);
        Folder.Write("damaged", image[..^9]);
        Folder.Write("scenario", """{"do":"clock_gettime","ns":"host","clock":1}""");
    }

    [OneTimeTearDown]
    public void RemoveFolder() => Folder.Dispose();

    [Test]
    public void Run_AnyWords_AreDoneOrRefused() => Lines.Sample(Judge, iter: 5_000, print: static words => string.Join(' ', words));

    private static void Judge(string[] words)
    {
        var run = ToolRun.Of([.. words.Select(static w => w
            .Replace("IMAGE", Folder.File("image"), StringComparison.Ordinal)
            .Replace("DAMAGED", Folder.File("damaged"), StringComparison.Ordinal)
            .Replace("SCENARIO", Folder.File("scenario"), StringComparison.Ordinal))]);
        var told = run.Code switch
        {
            0 => run.Error.Length == 0,
            2 => run.ErrorLines.Length != 0 && Array.TrueForAll(run.ErrorLines, static l => l.Length < 500),
            _ => false,
        };
        if (!told || run.Error.Contains("fault in timens", StringComparison.Ordinal))
        {
            throw new AssertionException($"exit {run.Code}: {run.Error}");
        }
    }
}
