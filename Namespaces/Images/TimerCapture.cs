using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TimeNs.Timers;

namespace TimeNs.Images;

/// <summary>
/// Writes the timers of a namespace down while it stands still: one pass through their nodes, straight into records, no object and no
/// copy a timer.
/// </summary>
/// <remarks>
/// Timers are met in the order of their ids. Where that is the order of arming, what is written is what a file will hold. Else
/// ids are left out, and put in with the right order later (<see cref="UnorderedRecords"/>).
/// </remarks>
internal struct TimerCapture
{
    /// <summary>Timers for which room is made at once.</summary>
    private const int Stretch = 64;

    private readonly NamespaceImage _image;
    private readonly TimerStore _store;
    private readonly RecordWriter _writer;
    private readonly RecordBuffer _buffer;
    private readonly UnorderedRecord[]? _order;
    private int _done;
    private long _previousId;
    private ulong _previousOrder;

    private enum Outcome
    {
        Taken,

        /// <summary>A timer was armed before another with a lesser id.</summary>
        OutOfOrder,

        /// <summary>A timer is not as any can be.</summary>
        Impossible,
    }

    private TimerCapture(NamespaceImage image, TimerStore store, int timers, bool inOrder)
    {
        _image = image;
        _store = store;
        _writer = new RecordWriter(image.Readings);
        _buffer = new RecordBuffer(timers);
        _order = inOrder ? null : GC.AllocateUninitializedArray<UnorderedRecord>(timers);
    }

    /// <summary>Gives an image the timers of a namespace.</summary>
    /// <returns>False when a timer breaks a rule for images; then the image has got none.</returns>
    /// <exception cref="ImageException">They take more than 2 GiB.</exception>
    public static bool TryTake(NamespaceImage image, TimerStore store, TimerIds ids)
    {
        var capture = new TimerCapture(image, store, ids.Count, inOrder: true);
        var outcome = capture.Run(ids);
        if (outcome == Outcome.OutOfOrder)
        {
            capture = new TimerCapture(image, store, ids.Count, inOrder: false);
            outcome = capture.Run(ids);
        }

        if (outcome == Outcome.Impossible)
        {
            return false;
        }

        capture.Finish();
        return true;
    }

    private readonly void Finish()
    {
        if (_order is { } order)
        {
            _image.Hold(new UnorderedRecords(_buffer.Close(), _buffer.Length, order));
        }
        else
        {
            _image.Hold(new TimerRecords(_buffer.Close(), 0, _buffer.Length, _done, tally: null));
        }
    }

    private Outcome Run(TimerIds ids)
    {
        foreach (var table in ids.Tables)
        {
            for (ReadOnlySpan<int> left = table; !left.IsEmpty;)
            {
                var stretch = left[..Math.Min(Stretch, left.Length)];
                left = left[stretch.Length..];
                Prefetch(left[..Math.Min(Stretch, left.Length)]);
                var outcome = _order is null ? WriteInOrder(stretch) : WriteAsMet(stretch, _order);
                if (outcome != Outcome.Taken)
                {
                    return outcome;
                }
            }
        }

        return Outcome.Taken;
    }

    /// <summary>Asks for nodes; for such that lie in a row the processor does it by itself.</summary>
    private readonly void Prefetch(ReadOnlySpan<int> stretch)
    {
        if (stretch.IsEmpty || stretch[^1] - stretch[0] == stretch.Length - 1)
        {
            return;
        }

        foreach (var index in stretch)
        {
            if (index >= 0)
            {
                _store.PrefetchNode(index);
            }
        }
    }

    /// <summary>Every timer waits for this, so it is compiled well at once, and what changes with each one is kept in locals.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Outcome WriteInOrder(ReadOnlySpan<int> stretch)
    {
        var store = _store;
        ref readonly var writer = ref _writer;
        var (previousId, previousOrder, done) = (_previousId, _previousOrder, _done);
        ref var start = ref MemoryMarshal.GetReference(_buffer.Reserve(done, stretch.Length));
        nint at = 0;
        foreach (var index in stretch)
        {
            if (index < 0)
            {
                continue;
            }

            ref readonly var node = ref store.At(index);
            if (node.Order < previousOrder)
            {
                return Outcome.OutOfOrder;
            }

            previousOrder = node.Order;
            var id = (long)node.ShortId;
            if (writer.IsPlain(node))
            {
                at += writer.WritePlain(ref Unsafe.Add(ref start, at), node, RecordWriter.IdCode(id, previousId));
            }
            else
            {
                id = store.IdOf(index);
                var size = WriteOther(index, ref Unsafe.Add(ref start, at), RecordWriter.IdCode(id, previousId));
                if (size == 0)
                {
                    return Outcome.Impossible;
                }

                at += size;
            }

            previousId = id;
            done++;
        }

        _buffer.Take((int)at);
        (_previousId, _previousOrder, _done) = (previousId, previousOrder, done);
        return Outcome.Taken;
    }

    /// <summary>The same without ids, and beside it what is needed to put them in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Outcome WriteAsMet(ReadOnlySpan<int> stretch, UnorderedRecord[] order)
    {
        var store = _store;
        ref readonly var writer = ref _writer;
        var (begin, done) = (_buffer.Length, _done);
        ref var start = ref MemoryMarshal.GetReference(_buffer.Reserve(done, stretch.Length));
        nint at = 0;
        foreach (var index in stretch)
        {
            if (index < 0)
            {
                continue;
            }

            ref readonly var node = ref store.At(index);
            order[done++] = new UnorderedRecord(node.Sequence, store.IdOf(index), begin + (int)at);
            ref var to = ref Unsafe.Add(ref start, at);
            var size = writer.IsPlain(node) ? writer.WritePlain(ref to, node, id: 0) : WriteOther(index, ref to, id: 0);
            if (size == 0)
            {
                return Outcome.Impossible;
            }

            at += size;
        }

        _buffer.Take((int)at);
        _done = done;
        return Outcome.Taken;
    }

    /// <returns>The size of the record; 0 when the timer breaks a rule.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly int WriteOther(int index, ref byte to, ulong id)
    {
        var timer = new TimerState(_store.OwnerOf(_store.At(index)), index).Save();
        return TimerFaults.First(timer, _image) == TimerFault.None
            ? _writer.Write(MemoryMarshal.CreateSpan(ref to, TimerRecord.MaxSize), timer, id)
            : 0;
    }
}
