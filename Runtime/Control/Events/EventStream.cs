using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using TimeNs.Control.Calls;
using TimeNs.Control.Wire;

namespace TimeNs.Control.Events;

/// <summary>Writes what waits in a buffer as server-sent events, until it ends or the reader takes nothing for too long.</summary>
/// <param name="buffer">What waits.</param>
/// <param name="output">To the reader. Its own buffers fill when the reader is slow; then the events wait and are conflated.</param>
internal sealed class EventStream(EventBuffer buffer, PipeWriter output)
{
    private const int FlushAt = 16 << 10;

    private readonly ArrayBufferWriter<byte> _json = new();
    private long _id;

    /// <summary>Returns when the buffer has ended.</summary>
    /// <param name="onBeat">Called at each sign of life.</param>
    /// <param name="time">Of the host: how long a write may take.</param>
    /// <param name="patience">How long a reader may take nothing.</param>
    /// <param name="aborted">The reader has gone.</param>
    /// <exception cref="OperationCanceledException">The reader has gone, or takes nothing.</exception>
    public async Task RunAsync(Action onBeat, TimeProvider time, TimeSpan patience, CancellationToken aborted)
    {
        Write(": timens\n\n"u8);
        await FlushAsync(time, patience, aborted).ConfigureAwait(false);
        while (!buffer.IsEnded)
        {
            await buffer.WaitAsync().WaitAsync(aborted).ConfigureAwait(false);
            var unsent = 0L;
            while (buffer.TryTake(out var pending))
            {
                unsent += Write(pending!);
                if (unsent >= FlushAt)
                {
                    await FlushAsync(time, patience, aborted).ConfigureAwait(false);
                    unsent = 0;
                }
            }

            if (buffer.TakeDropped() is { } dropped)
            {
                Write("dropped", dropped, ControlJson.Default.DroppedEvent);
            }

            if (buffer.TakeBeat())
            {
                onBeat();
                Write(": heartbeat\n\n"u8);
            }

            await FlushAsync(time, patience, aborted).ConfigureAwait(false);
        }
    }

    private async ValueTask FlushAsync(TimeProvider time, TimeSpan patience, CancellationToken aborted)
    {
        var flush = output.FlushAsync(aborted);
        if (!flush.IsCompleted)
        {
            await flush.AsTask().WaitAsync(patience, time, aborted).ConfigureAwait(false);
            return;
        }

        await flush.ConfigureAwait(false);
    }

    private int Write(PendingEvent pending) => pending switch
    {
        { Timer: { } timer } => Write("tick", Answers.Of(timer, pending.Tick), ControlJson.Default.TickEvent),
        { Change: { } change } => Write("change", Answers.Of(change), ControlJson.Default.ChangeEvent),
        _ => Write(pending.Life!.Value.Kind, pending.Life.Value.Event, ControlJson.Default.LifeEvent),
    };

    private int Write<T>(string kind, T data, JsonTypeInfo<T> type)
    {
        _json.ResetWrittenCount();
        ControlJson.Write(_json, data, type);
        Write("id: "u8);
        var span = output.GetSpan(20);
        Utf8Formatter.TryFormat(++_id, span, out var digits);
        output.Advance(digits);
        Write("\nevent: "u8);
        Write(Encoding.ASCII.GetBytes(kind));
        Write("\ndata: "u8);
        Write(_json.WrittenSpan);
        Write("\n\n"u8);
        return _json.WrittenCount + 48;
    }

    private void Write(ReadOnlySpan<byte> text) => output.Write(text);
}
