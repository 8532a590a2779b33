using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TimeNs.Tests.Docs;

/// <summary>Every C# block of the README is a program that compiles and prints what the README says.</summary>
public class ReadmeTest
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    public static IEnumerable<TestCaseData> Examples()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md")).ReplaceLineEndings("\n");
        var blocks = Regex.Matches(readme, "```csharp\n(?<code>.*?)```\n\n```text\n(?<output>.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(5));
        return blocks.Select((block, i) =>
            new TestCaseData(block.Groups["code"].Value, block.Groups["output"].Value).SetName($"Readme_Example{i + 1}_CompilesAndPrintsWhatItSays"));
    }

    [Test]
    public void Readme_EveryCSharpBlock_HasItsOutputBesideIt()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        Assert.That(Regex.Count(readme, "```csharp"), Is.EqualTo(Examples().Count()).And.GreaterThan(0));
    }

    [TestCaseSource(nameof(Examples))]
    [NonParallelizable]
    public async Task Example(string code, string output)
    {
        var directory = Directory.CreateTempSubdirectory("timens-readme-");
        var before = Environment.CurrentDirectory;
        var console = Console.Out;
        using var printed = new StringWriter();
        try
        {
            Environment.CurrentDirectory = directory.FullName;
            Console.SetOut(printed);
            await RunMain(Compile(code));
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = before;
            directory.Delete(recursive: true);
        }

        Assert.That(printed.ToString().ReplaceLineEndings("\n"), Is.EqualTo(output));
    }

    private static Assembly Compile(string code)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(File.Exists)
            .Select(static path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "ReadmeExample",
            [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(code)],
            references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var assembly = new MemoryStream();
        var result = compilation.Emit(assembly);
        Assert.That(result.Diagnostics.Where(static d => d.Severity >= DiagnosticSeverity.Warning && d.Id != "CS1701"), Is.Empty);
        return Assembly.Load(assembly.ToArray());
    }

    private static async Task RunMain(Assembly program)
    {
        // The real Main of an async program is the one that returns its task.
        var main = program.GetTypes().SelectMany(static t => t.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public))
            .Single(static m => m.Name == "<Main>$");
        if (main.Invoke(null, [Array.Empty<string>()]) is Task running)
        {
            await running;
        }
    }
}
