using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TimeNs.Tests.Engine;

/// <summary>A logger that keeps what it is told, and throws when it is asked to.</summary>
internal sealed class LogRecorder : ILogger
{
    private readonly ConcurrentQueue<(int EventId, LogLevel Level, string Message, Exception? Exception)> _entries = new();

    public Exception? Throws { get; set; }

    public Action? OnLog { get; set; }

    public IReadOnlyCollection<(int EventId, LogLevel Level, string Message, Exception? Exception)> Entries => _entries;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _entries.Enqueue((eventId.Id, logLevel, formatter(state, exception), exception));
        OnLog?.Invoke();
        if (Throws is { } thrown)
        {
            throw thrown;
        }
    }
}
