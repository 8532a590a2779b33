using System.Text;
using System.Text.Json;

namespace TimeNs.Control.Configuration;

/// <summary>Where something stands in a file: the line and the column count from 1.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">In characters, from 1.</param>
/// <param name="Path">In the document, for example <c>$.namespaces[1].offsets.realtime</c>.</param>
internal readonly record struct Place(int Line, int Column, string Path)
{
    public override string ToString() => $"{Line}:{Column}: {Path}";
}

/// <summary>A fault of a configuration file.</summary>
internal readonly record struct Fault(Place Place, string Reason)
{
    public override string ToString() => $"{Place}: {Reason}";
}

/// <summary>A value of a JSON document that knows where it stands. Comments and trailing commas are taken; nothing else is lenient.</summary>
internal sealed class SourceNode
{
    private const int MaxDepth = 16;

    private readonly List<(string Name, Place Place, SourceNode Value)> _members = [];

    private SourceNode(JsonTokenType kind, Place place)
    {
        Kind = kind;
        Place = place;
    }

    /// <summary>StartObject, StartArray, String, Number, True, False or Null.</summary>
    public JsonTokenType Kind { get; }

    public Place Place { get; }

    /// <summary>Of a string what it says, of a number how it is written.</summary>
    public string Text { get; private init; } = "";

    public IReadOnlyList<(string Name, Place Place, SourceNode Value)> Members => _members;

    public List<SourceNode> Items { get; } = [];

    /// <summary>For people: what kind of value it is.</summary>
    public string KindName => Kind switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };

    /// <summary>For people: a number as it is written, of others their kind.</summary>
    public string Shown => Kind == JsonTokenType.Number ? Text : KindName;

    public SourceNode? this[string name] => _members.Find(m => string.Equals(m.Name, name, StringComparison.Ordinal)).Value;

    /// <summary>Reads a document; null, with one fault, when it is no JSON.</summary>
    public static SourceNode? Read(ReadOnlySpan<byte> utf8, ICollection<Fault> faults)
    {
        var lines = new Lines(utf8);
        var text = utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[3..] : utf8;
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = MaxDepth });
        var path = "$";
        try
        {
            if (!reader.Read())
            {
                faults.Add(new Fault(lines.At(0, path), "the file is empty"));
                return null;
            }

            var root = Value(ref reader, lines, ref path, faults);
            reader.Read(); // throws when something follows
            return root;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            var place = malformed is JsonException { LineNumber: { } line, BytePositionInLine: { } column } ? lines.Of((int)line, (int)column, path) : lines.At(0, path);
            faults.Add(new Fault(place, $"this is no JSON: {Reason(malformed.Message)}"));
            return null;
        }
    }

    private static SourceNode Value(ref Utf8JsonReader reader, in Lines lines, ref string path, ICollection<Fault> faults)
    {
        var place = lines.At((int)reader.TokenStartIndex, path);
        var node = reader.TokenType switch
        {
            JsonTokenType.String => new SourceNode(JsonTokenType.String, place) { Text = reader.GetString()! },
            JsonTokenType.Number => new SourceNode(JsonTokenType.Number, place) { Text = Encoding.UTF8.GetString(reader.ValueSpan) },
            var kind => new SourceNode(kind, place),
        };
        if (node.Kind == JsonTokenType.StartObject)
        {
            ReadMembers(node, ref reader, lines, ref path, faults);
        }
        else if (node.Kind == JsonTokenType.StartArray)
        {
            var parent = path;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                path = $"{parent}[{node.Items.Count}]";
                node.Items.Add(Value(ref reader, lines, ref path, faults));
            }

            path = parent;
        }

        return node;
    }

    private static void ReadMembers(SourceNode node, ref Utf8JsonReader reader, in Lines lines, ref string path, ICollection<Fault> faults)
    {
        var parent = path;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            path = name.Length != 0 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') ? $"{parent}.{name}" : $"{parent}['{Control.Text.TimeInput.Shown(name)}']";
            var place = lines.At((int)reader.TokenStartIndex, path);
            if (node[name] is not null)
            {
                faults.Add(new Fault(place, "it is there twice"));
            }

            reader.Read();
            node._members.Add((name, place, Value(ref reader, lines, ref path, faults)));
        }

        path = parent;
    }

    /// <summary>Without the position that .NET puts behind it, which is told in front.</summary>
    private static string Reason(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return string.Concat((end < 0 ? message : message[..end]).TrimEnd('.').Where(static c => !char.IsControl(c)));
    }

    /// <summary>Finds lines and columns of positions in bytes.</summary>
    private readonly ref struct Lines
    {
        private readonly ReadOnlySpan<byte> _utf8;
        private readonly List<int> _starts;

        public Lines(ReadOnlySpan<byte> utf8)
        {
            _utf8 = utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[3..] : utf8;
            _starts = [0];
            for (var i = 0; i < _utf8.Length; i++)
            {
                if (_utf8[i] == '\n')
                {
                    _starts.Add(i + 1);
                }
            }
        }

        public Place At(int position, string path)
        {
            var found = _starts.BinarySearch(position);
            var line = found >= 0 ? found : ~found - 1;
            return Of(line, position - _starts[line], path);
        }

        public Place Of(int line, int bytes, string path)
        {
            var start = _starts[Math.Min(line, _starts.Count - 1)];
            var before = _utf8.Slice(start, Math.Min(bytes, _utf8.Length - start));
            return new Place(line + 1, Encoding.UTF8.GetCharCount(before) + 1, path);
        }
    }
}
