using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tests.Tool;

/// <summary>
/// Scenario files of the project, changed: each runs, misses what it expects, or is refused with its file, line and reason before anything
/// has run, in memory in proportion to its length. A failure prints the seed and the file.
/// </summary>
[TestFixture, NonParallelizable]
internal sealed class ScenarioFuzzTest
{
    private const int MaxLines = 9;

    /// <summary>More ticks than this for one file are not asked for: each is a line of output by the rules.</summary>
    private const double MaxTicks = 20_000;

    /// <summary>What the command itself takes, which parses its arguments anew each time, and an exception with its message.</summary>
    private const int BytesAtLeast = 1_000_000;

    /// <summary>The file, its text, and a parsed document with an index of it.</summary>
    private const int BytesAByte = 64;

    private static readonly List<byte[]>[] Files = [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Scenarios"), "*.jsonl", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .Select(static f => File.ReadAllLines(f).Where(static l => !l.StartsWith('#')).Select(Encoding.UTF8.GetBytes).ToList())];

    private static readonly Gen<byte[]> Changed = Gen.Select(Gen.Int[0, Files.Length - 1], Gen.Int[1, MaxLines], ScenarioMutation.Any.Array[1, 4]).Select(static (file, lines, changes) =>
    {
        var changed = Files[file].Take(lines).Select(static l => l).ToList();
        Array.ForEach(changes, change => change.Change(changed));
        return changed.SelectMany(static l => l.Append((byte)'\n')).ToArray();
    });

    private readonly TestFolder _folder = new();
    private readonly int[] _codes = new int[3];
    private int _runs;

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Simulate_ChangedFiles_AreRunOrRefused() => Run(15_000);

    [Test, Explicit("minutes"), Category("Long")]
    public void AnyLongSequence_OfChangedFiles_IsRunOrRefused() => Run(1_000_000);

    [Test]
    public void Simulate_FilesOfOtherKinds_AreRefusedAtTheirFirstLine()
    {
        byte[][] files = [Encoding.Unicode.GetPreamble(), Encoding.Unicode.GetBytes("{}\n"), [0], [0xFF, 0xFE, 0xFF], "PK\u0003\u0004"u8.ToArray(), [0x89, .. "TNS\r\n"u8], Encoding.UTF8.GetBytes(new string('{', 3_000_000))];
        foreach (var file in files)
        {
            ToolRun.Of("simulate", _folder.Write("other", file)).IsRefused("other:1: not ");
        }
    }

    private void Run(int count)
    {
        Array.Clear(_codes);
        _runs = 0;
        Changed.Sample(Judge, iter: count, print: static file => Encoding.UTF8.GetString(file.AsSpan(0, Math.Min(file.Length, 4000))));
        TestContext.Out.WriteLine($"{_codes[0]} done, {_codes[1]} missed, {_codes[2]} refused of {_runs}; the rest would have been too long");
        Assert.That(_codes, Has.All.GreaterThan(_runs / 200), "each outcome is met often enough to mean something");
    }

    private void Judge(byte[] content)
    {
        if (Ticks(content) > MaxTicks)
        {
            return;
        }

        var path = _folder.Write($"{Environment.CurrentManagedThreadId}.jsonl", content);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var run = ToolRun.Of("simulate", "--quiet", path);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Interlocked.Increment(ref _runs);
        Interlocked.Increment(ref _codes[run.Code]);
        var lines = run.ErrorLines;
        var reasons = run.Code switch
        {
            0 => lines.Length == 0,
            1 => lines.Length != 0 && Array.TrueForAll(lines, l => Regex.IsMatch(l, $"^{Regex.Escape(path)}:[0-9]+: expected .+, got ", RegexOptions.None, TimeSpan.FromSeconds(10))),
            _ => lines.Length == 1 && run.Output.Length == 0 && Regex.IsMatch(lines[0], $"^{Regex.Escape(path)}:[0-9]+: .+", RegexOptions.None, TimeSpan.FromSeconds(10)),
        };
        if (!reasons || run.Error.Contains("fault in timens", StringComparison.Ordinal))
        {
            throw new AssertionException($"exit {run.Code}: {run.Error}");
        }

        if (run.Code == 2 && (allocated > BytesAtLeast + (content.LongLength * BytesAByte) || run.Error.Length > path.Length + 1000))
        {
            throw new AssertionException($"{allocated} bytes and a message of {run.Error.Length} for a file of {content.Length}: {run.Error}");
        }
    }

    /// <summary>How many ticks subscribers can be told of, at most, when the file is run.</summary>
    private static double Ticks(byte[] content)
    {
        IReadOnlyList<Step> steps;
        try
        {
            steps = ScenarioParser.Parse("", content).Steps;
        }
        catch (ScenarioException)
        {
            return 0;
        }

        var passes = steps.Sum(static s => s.Verb.Name == "advance" ? s.Arguments.Get<Duration>("by").TotalNanoseconds : 0);
        return steps.Where(static s => s.Verb.Name == "timerfd_settime").Sum(s => s.Arguments.Get("interval", default(Timespec)) is { IsValid: true } interval && interval != default
            ? passes / interval.ToNanoseconds()
            : 0);
    }
}
