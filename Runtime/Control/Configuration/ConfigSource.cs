using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace TimeNs.Control.Configuration;

/// <summary>The configuration file as it was last read and found good. The options are made from it, and made anew when it changes.</summary>
internal sealed class ConfigSource : IOptionsChangeTokenSource<TimeNsOptions>, IConfigureOptions<TimeNsOptions>
{
    private volatile ServiceConfig _current;
    private ConfigurationReloadToken _changed = new();

    /// <exception cref="ConfigException">The file is wrong.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ConfigSource(string path)
    {
        FilePath = Path.GetFullPath(path);
        Bytes = File.ReadAllBytes(FilePath);
        _current = ConfigParser.Parse(Bytes, FilePath);
    }

    public string FilePath { get; }

    /// <summary>What was read last, good or not.</summary>
    public byte[] Bytes { get; set; }

    public ServiceConfig Current => _current;

    string? IOptionsChangeTokenSource<TimeNsOptions>.Name => Options.DefaultName;

    public IChangeToken GetChangeToken() => Volatile.Read(ref _changed);

    public void Configure(TimeNsOptions options)
    {
        var config = _current;
        options.HostName = config.HostName;
        options.Access = config.Access;
        options.Limits = config.Limits;
    }

    /// <summary>From now on the options are those of <paramref name="next"/>.</summary>
    public void Use(ServiceConfig next)
    {
        _current = next;
        Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();
    }
}
