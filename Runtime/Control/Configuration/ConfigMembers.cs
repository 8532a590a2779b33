using System.Globalization;
using System.Text.Json;
using NodaTime;
using TimeNs.Control.Text;
using TimeNs.Control.Wire;

namespace TimeNs.Control.Configuration;

/// <summary>Takes the members of one object: each by its name and kind. What nobody takes is a fault, and so is what has the wrong kind.</summary>
internal sealed class ConfigMembers
{
    private readonly SourceNode? _node;
    private readonly ICollection<Fault> _faults;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    public ConfigMembers(SourceNode? node, ICollection<Fault> faults)
    {
        _faults = faults;
        if (node is { Kind: not JsonTokenType.StartObject })
        {
            faults.Add(new Fault(node.Place, $"an object is wanted, not {node.KindName}"));
        }
        else
        {
            _node = node;
        }
    }

    public SourceNode? Take(string name)
    {
        _taken.Add(name);
        return _node?[name];
    }

    public ConfigMembers Object(string name) => new(Take(name), _faults);

    public string? Text(string name) => Take(name) is not { } node ? null
        : node.Kind == JsonTokenType.String ? node.Text
        : Fault<string?>(node, $"a string is wanted, not {node.KindName}");

    /// <summary>A text that must be there; null, with a fault, when it is not.</summary>
    public string? Need(string name)
    {
        if (_node is not null && _node[name] is null)
        {
            _taken.Add(name);
            _faults.Add(new Fault(_node.Place, $"{name} is missing"));
            return null;
        }

        return Text(name);
    }

    public bool Flag(string name, bool absent) => Take(name) is not { } node ? absent
        : node.Kind is JsonTokenType.True or JsonTokenType.False ? node.Kind == JsonTokenType.True
        : Fault(node, $"true or false is wanted, not {node.KindName}", absent);

    /// <summary>A time as a client writes it.</summary>
    public TimeText? Time(string name) => Take(name) is not { } node ? null
        : node.Kind == JsonTokenType.String ? new TimeText(node.Text)
        : node.Kind == JsonTokenType.Number && long.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ns) ? TimeText.FromNanoseconds(ns)
        : Fault<TimeText?>(node, $"a string such as \"1h30m\" or an integer of nanoseconds is wanted, not {node.Shown}");

    /// <summary>A span within bounds.</summary>
    public Duration Span(string name, Duration least, Duration most, Duration absent) => Time(name) is not { } text ? absent
        : TimeInput.TryParseSpan(text.Text, out var span) && span >= least && span <= most ? span
        : Fault(_node![name]!, $"'{TimeInput.Shown(text.Text)}' is no span from {DurationText.Format(least.ToInt64Nanoseconds())} to {DurationText.Format(most.ToInt64Nanoseconds())}", absent);

    /// <summary>A whole number within bounds.</summary>
    public void Number(string name, int least, int most, Action<int> use)
    {
        if (Take(name) is not { } node)
        {
            return;
        }

        if (node.Kind == JsonTokenType.Number && int.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            use(number);
            return;
        }

        _faults.Add(new Fault(node.Place, $"a whole number from {least} to {most} is wanted, not {node.Shown}"));
    }

    /// <param name="name">Of the array.</param>
    /// <param name="into">Takes the texts.</param>
    /// <param name="faultOf">What is wrong with one of them; null when nothing is.</param>
    public void Texts(string name, IList<string> into, Func<string, string?>? faultOf = null)
    {
        foreach (var node in Items(name))
        {
            if (node.Kind != JsonTokenType.String)
            {
                _faults.Add(new Fault(node.Place, $"a string is wanted, not {node.KindName}"));
            }
            else if (faultOf?.Invoke(node.Text) is { } fault)
            {
                _faults.Add(new Fault(node.Place, fault));
            }
            else
            {
                into.Add(node.Text);
            }
        }
    }

    public IReadOnlyList<SourceNode> Items(string name) => Take(name) is not { } node ? []
        : node.Kind == JsonTokenType.StartArray ? node.Items
        : Fault<IReadOnlyList<SourceNode>>(node, $"an array is wanted, not {node.KindName}", []);

    /// <summary>Where a member stands; where it is missing, the object that lacks it.</summary>
    public Place PlaceOf(string name) => _node?[name]?.Place ?? _node?.Place ?? new Place(1, 1, "$");

    /// <summary>To be called when everything was taken.</summary>
    public void CheckRest()
    {
        foreach (var (name, place, _) in _node?.Members ?? [])
        {
            if (!_taken.Contains(name))
            {
                _faults.Add(new Fault(place, $"it is not known; known are {string.Join(", ", _taken)}"));
            }
        }
    }

    private T Fault<T>(SourceNode node, string reason, T instead = default!)
    {
        _faults.Add(new Fault(node.Place, reason));
        return instead;
    }
}
